//! A website where apps publish documents about themselves: it counts who asks for what.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{Response, Uri},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A website on this machine.
#[derive(Clone)]
pub struct Website {
    pub url: String,
    held: Arc<Mutex<Held>>,
}

#[derive(Default)]
struct Held {
    answers: HashMap<String, Answer>,
    asked: HashMap<String, usize>,
}

#[derive(Clone)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Website {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let website =
            Self { url: format!("http://{}", listener.local_addr().unwrap()), held: Arc::default() };
        let routes = Router::new().fallback(answer).with_state(website.held.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        website
    }

    /// The address of this path.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Answers this path so from now on.
    pub fn put(&self, path: &str, status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) {
        let headers = headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        let answer = Answer { status, headers, body: body.into() };
        self.held.lock().unwrap().answers.insert(path.to_owned(), answer);
    }

    /// Publishes JSON there.
    pub fn publish(&self, path: &str, document: &Value) {
        self.put(path, 200, &[("content-type", "application/json")], document.to_string());
    }

    /// The document of an app that lives at this path, with these members changed or added.
    pub fn document(&self, path: &str, more: Value) -> Value {
        let mut document = json!({
            "client_id": self.at(path), "client_name": "Field Sync", "redirect_uris": ["https://app.example/cb"],
            "grant_types": ["authorization_code", "refresh_token"], "token_endpoint_auth_method": "none",
        });
        document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        document
    }

    /// How often this path was asked for.
    pub fn asked(&self, path: &str) -> usize {
        self.held.lock().unwrap().asked.get(path).copied().unwrap_or_default()
    }
}

async fn answer(State(held): State<Arc<Mutex<Held>>>, uri: Uri) -> Response<Body> {
    let mut held = held.lock().unwrap();
    *held.asked.entry(uri.path().to_owned()).or_default() += 1;
    let Some(answer) = held.answers.get(uri.path()).cloned() else {
        return Response::builder().status(404).body(Body::empty()).unwrap();
    };
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(answer.body)).unwrap()
}
