//! The counter behind the service, and its twin in memory for the tests.

use aws_sdk_dynamodb::{
    Client,
    error::DisplayErrorContext,
    types::{AttributeValue, ReturnValue},
};
use lambda_http::Error;

/// The production counter, or that of whoever tries a version out.
#[derive(Clone, Copy)]
pub enum Counter {
    Hits,
    Canary,
}

pub trait Store {
    /// Adds one and answers the count after it. After an error nobody knows whether it was added.
    fn increment(&self, counter: Counter) -> impl Future<Output = Result<u64, Error>> + Send;
}

/// The items `{id: "hits"}` and `{id: "canary"}` of a table; one atomic update adds and answers.
pub struct DynamoStore {
    client: Client,
    table: String,
}

impl DynamoStore {
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }
}

impl Store for DynamoStore {
    async fn increment(&self, counter: Counter) -> Result<u64, Error> {
        let id = match counter {
            Counter::Hits => "hits",
            Counter::Canary => "canary",
        };
        let reply = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", AttributeValue::S(id.into()))
            .update_expression("ADD hits :one")
            .expression_attribute_values(":one", AttributeValue::N("1".into()))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await
            .map_err(|error| DisplayErrorContext(error).to_string())?;
        let count = reply
            .attributes()
            .and_then(|item| item.get("hits"))
            .and_then(|hits| hits.as_n().ok());
        Ok(count.ok_or("the store acknowledged without a count")?.parse()?)
    }
}

#[cfg(test)]
pub mod memory {
    use super::{Counter, Error, Store};
    use std::sync::atomic::{AtomicU64, Ordering};

    #[derive(Default)]
    pub struct MemoryStore {
        pub hits: AtomicU64,
        pub canary: AtomicU64,
        pub broken: bool,
    }

    impl Store for &MemoryStore {
        async fn increment(&self, counter: Counter) -> Result<u64, Error> {
            if self.broken {
                return Err("connect refused by 10.0.0.7".into());
            }
            let count = match counter {
                Counter::Hits => &self.hits,
                Counter::Canary => &self.canary,
            };
            Ok(count.fetch_add(1, Ordering::Relaxed) + 1)
        }
    }
}
