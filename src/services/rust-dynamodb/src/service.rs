//! What the counter answers to an HTTP API event.

use std::sync::atomic::{AtomicBool, Ordering};

use lambda_http::{
    Body, Request, RequestExt, Response,
    http::{Method, StatusCode},
    request::RequestContext,
};

use crate::store::{Counter, Store};

const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";
const PAGE: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Hits</title>
<h1>Hits: <output id="count">...</output></h1>
<script>
const show = (text) => { document.getElementById("count").textContent = text; };
fetch("hits").then((answer) => answer.json()).then((body) => show(body.hits ?? body.error), () => show("unreachable"));
</script>
</html>
"#;

type Answer = (StatusCode, &'static str, String);

pub struct Service<S> {
    store: S,
    architecture: String,
    version: String,
    instance: String,
    cold: AtomicBool,
}

impl<S: Store> Service<S> {
    pub fn new(store: S, architecture: String, version: String) -> Self {
        let instance = format!("{:032x}", fastrand::u128(..));
        Self {
            store,
            architecture,
            version,
            instance,
            cold: AtomicBool::new(true),
        }
    }

    pub async fn answer(&self, request: Request) -> Response<Body> {
        let cold = self.cold.swap(false, Ordering::Relaxed);
        let (status, content_type, body) = self.route(&request).await;
        let request_id = request
            .lambda_context_ref()
            .map_or("", |context| &context.request_id);
        Response::builder()
            .status(status)
            .header("content-type", content_type)
            .header("cache-control", "no-store")
            .header("x-architecture", &self.architecture)
            .header("x-request-id", request_id)
            .header("x-instance", &self.instance)
            .header("x-cold", if cold { "1" } else { "0" })
            .header("x-version", &self.version)
            .body(body.into())
            .expect("ids and names are valid header values")
    }

    async fn route(&self, request: &Request) -> Answer {
        match (request.method(), path_of(request)) {
            (&Method::GET, "/hits") => self.hits(counter_of(request)).await,
            (&Method::GET, "/") => (StatusCode::OK, HTML, PAGE.into()),
            _ => (StatusCode::NOT_FOUND, JSON, r#"{"error":"not found"}"#.into()),
        }
    }

    async fn hits(&self, counter: Counter) -> Answer {
        match self.store.increment(counter).await {
            Ok(hits) => (StatusCode::OK, JSON, format!(r#"{{"hits":{hits}}}"#)),
            Err(error) => {
                eprintln!("increment failed: {error}");
                let body = r#"{"error":"the counter is unavailable"}"#;
                (StatusCode::INTERNAL_SERVER_ERROR, JSON, body.into())
            }
        }
    }
}

fn counter_of(request: &Request) -> Counter {
    match request.headers().get("x-counter") {
        Some(name) if name == "canary" => Counter::Canary,
        _ => Counter::Hits,
    }
}

/// The path without the name of a named stage, which leads it.
fn path_of(request: &Request) -> &str {
    let path = request.uri().path();
    let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() else {
        return path;
    };
    match context.stage.as_deref() {
        None | Some("$default") => path,
        Some(stage) => path
            .strip_prefix('/')
            .and_then(|rest| rest.strip_prefix(stage))
            .filter(|rest| rest.starts_with('/'))
            .unwrap_or(path),
    }
}

#[cfg(test)]
#[path = "service_test.rs"]
mod tests;
