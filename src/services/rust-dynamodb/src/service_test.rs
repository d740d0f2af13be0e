use std::{collections::BTreeSet, fs, path::Path, sync::atomic::Ordering};

use lambda_http::{Context, Request, RequestExt};
use regex_lite::Regex;
use serde_json::Value;

use super::Service;
use crate::store::memory::MemoryStore;

struct Reply {
    headers: Vec<(String, String)>,
    body: String,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The vectors of a counter with the given state of its store, by file name.
fn vectors(store: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../events/contract");
    let common = read(&folder.join("common.json"));
    let files: BTreeSet<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let json = files
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e == "json"));
    let mut found: Vec<_> = json.map(|path| read(path)).collect();
    found.retain(|vector| vector["kind"] == "sync-counter" && vector["store"] == store);
    for vector in &mut found {
        let own = vector["expect"]["headers"].as_object_mut().unwrap();
        own.extend(common["headers"].as_object().unwrap().clone());
    }
    found
}

fn request(vector: &Value, request_id: &str) -> Request {
    let mut context = Context::default();
    context.request_id = request_id.into();
    lambda_http::request::from_str(&vector["event"].to_string())
        .unwrap()
        .with_lambda_context(context)
}

fn matches(given: &str, pattern: &Value) -> bool {
    Regex::new(pattern.as_str().unwrap()).unwrap().is_match(given)
}

/// Asks for the vector, and fails where the answer departs from it.
async fn ask(service: &Service<&MemoryStore>, vector: &Value, request_id: &str) -> Reply {
    let answer = service.answer(request(vector, request_id)).await;
    let expect = &vector["expect"];
    assert_eq!(
        answer.status().as_u16(),
        expect["status"].as_u64().unwrap() as u16,
        "{}",
        vector["title"]
    );
    let headers = answer
        .headers()
        .iter()
        .map(|(k, v)| (k.to_string(), v.to_str().unwrap().to_string()));
    let reply = Reply {
        headers: headers.collect(),
        body: String::from_utf8(answer.body().to_vec()).unwrap(),
    };
    for (name, pattern) in expect["headers"].as_object().unwrap() {
        assert!(
            matches(reply.header(name), pattern),
            "{}: {name} is {:?}",
            vector["title"],
            reply.header(name)
        );
    }
    assert!(
        matches(&reply.body, &expect["body"]),
        "{}: body is {:?}",
        vector["title"],
        reply.body
    );
    reply
}

#[tokio::test]
async fn conforms_to_every_vector_and_counts_only_what_must_count() {
    let store = MemoryStore::default();
    let service = Service::new(&store, "rust-dynamodb".into(), "7".into());
    let vectors = vectors("up");
    assert!(vectors.len() >= 9);
    let mut replies = Vec::new();
    for (number, vector) in vectors.iter().enumerate() {
        replies.push(ask(&service, vector, &format!("request-{number}")).await);
    }
    let (canary, hits): (Vec<_>, Vec<_>) = vectors
        .iter()
        .filter(|v| v["expect"]["body"].as_str().unwrap().contains("hits\":"))
        .partition(|v| v["event"]["headers"]["x-counter"] == "canary");
    assert!(!canary.is_empty());
    assert_eq!(store.hits.load(Ordering::Relaxed), hits.len() as u64);
    assert_eq!(store.canary.load(Ordering::Relaxed), canary.len() as u64);
    for (number, reply) in replies.iter().enumerate() {
        assert_eq!(reply.header("x-cold"), if number == 0 { "1" } else { "0" });
        assert_eq!(reply.header("x-version"), "7");
        assert_eq!(reply.header("x-request-id"), format!("request-{number}"));
        assert_eq!(reply.header("x-instance"), replies[0].header("x-instance"));
    }
}

#[tokio::test]
async fn answers_the_count_after_the_increment() {
    let store = MemoryStore {
        hits: 41.into(),
        ..Default::default()
    };
    let service = Service::new(&store, "rust-dynamodb".into(), "7".into());
    let reply = ask(&service, &vectors("up")[0], "request-0").await;
    assert_eq!(reply.body, r#"{"hits":42}"#);
}

#[tokio::test]
async fn tells_no_internals_when_the_store_is_down() {
    let store = MemoryStore {
        broken: true,
        ..Default::default()
    };
    let service = Service::new(&store, "rust-dynamodb".into(), "7".into());
    ask(&service, &vectors("down")[0], "request-0").await;
}

#[test]
fn instances_differ_between_processes() {
    let store = MemoryStore::default();
    let [one, other] = [(); 2].map(|()| Service::new(&store, String::new(), String::new()));
    assert_ne!(one.instance, other.instance);
}
