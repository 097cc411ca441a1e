//! Where most tests of tools begin: an account, a server, and the owner who calls it.

use serde_json::{Value, json};

use crate::{Account, Caller, McpServer, NewAccount, TestDatabase};

/// A server that counts no calls, an account, and its owner with a key that opens every tool. Keep the server: it ends
/// with its value.
pub async fn owner(db: &TestDatabase) -> (McpServer, Account, Caller) {
    owner_of(db, NewAccount::default()).await
}

/// The same with an account of one's own choice.
pub async fn owner_of(db: &TestDatabase, account: NewAccount) -> (McpServer, Account, Caller) {
    let account = account.create(db).await;
    let server = McpServer::start_with(db, |config| {
        (config.rate_limit_credential, config.rate_limit_tenant) = (10_000, 10_000);
    })
    .await;
    let caller = server.caller(&account.full_key().await);
    (server, account, caller)
}

impl Caller {
    /// Makes a company of this name a customer, and answers its id.
    pub async fn company(&self, name: &str) -> Value {
        self.ok("customers.create", json!({"type": "company", "company_name": name})).await["id"].take()
    }
}

/// Arguments with more of them, which take the place of those of the same name.
pub fn with(mut args: Value, more: Value) -> Value {
    args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    args
}
