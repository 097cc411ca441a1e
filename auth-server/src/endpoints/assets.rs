//! Stylesheet, script, icon: their names hold a hash of their content, so they may be kept for a year.

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};

use crate::{error::Refusal, pages::assets};

/// GET /assets/{file}
pub async fn show(Path(file): Path<String>) -> Result<Response, Refusal> {
    let asset = assets::ALL.iter().find(|asset| asset.path.strip_prefix("/assets/") == Some(&file));
    let asset = asset.ok_or_else(Refusal::not_found)?;
    let headers = [
        (header::CONTENT_TYPE, asset.media_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, asset.bytes).into_response())
}
