//! The hit counter: Lambda, Rust, one DynamoDB item.

mod service;
mod store;

use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use lambda_http::{Error, run, service_fn};

use crate::{service::Service, store::DynamoStore};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let table = required("TABLE_NAME")?;
    let architecture = required("ARCHITECTURE_ID")?;
    let version = required("AWS_LAMBDA_FUNCTION_VERSION")?;
    let store = DynamoStore::new(aws_sdk_dynamodb::Client::new(&sdk_config().await), table);
    let service = &Service::new(store, architecture, version);
    run(service_fn(async |request| {
        Ok::<_, Error>(service.answer(request).await)
    }))
    .await
}

/// An increment is not idempotent: one attempt, and a store that is silent for 5 s has failed.
async fn sdk_config() -> SdkConfig {
    let https = Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let patience = Duration::from_secs(5);
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(patience)
        .operation_attempt_timeout(patience)
        .build();
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(https)
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts)
        .load()
        .await
}

fn required(name: &str) -> Result<String, Error> {
    std::env::var(name).map_err(|_| format!("{name} is not set").into())
}
