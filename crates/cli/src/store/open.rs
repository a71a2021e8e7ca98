//! From an address and the environment to a store.

use std::sync::Arc;
use std::time::Duration;

use candle_init_models::Place;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::{BackoffConfig, ClientConfigKey, ObjectStore, RetryConfig};

use crate::address::{Address, Scheme};
use crate::failure::Failure;
use crate::store::bucket::Bucket;
use crate::store::refusal::in_words;

/// How long one request may take: a part of 16 MiB by a slow line does.
const REQUEST: &str = "300 seconds";
/// How long a request is tried again at most, and how long the first of ten pauses is: a server may be away for some seconds.
const RETRIES: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(500);

/// A store with the credentials of the environment. Nothing is asked of it yet.
pub(crate) fn open(address: Address) -> Result<Place, Failure> {
    let failed = |reason: String| Failure::System(format!("{address} cannot be reached: {reason}"));
    let store = connect(&address).map_err(|error| failed(in_words(&error, address.scheme)))?;
    let bucket = Bucket::new(store, &address).map_err(|error| failed(error.to_string()))?;
    Ok(Place::new(bucket))
}

fn connect(address: &Address) -> object_store::Result<Arc<dyn ObjectStore>> {
    let backoff = BackoffConfig { init_backoff: PAUSE, ..BackoffConfig::default() };
    let retry = RetryConfig { retry_timeout: RETRIES, backoff, ..RetryConfig::default() };
    let (bucket, timeout) = (address.bucket.as_str(), ClientConfigKey::Timeout);
    Ok(match address.scheme {
        Scheme::Amazon => {
            let builder = AmazonS3Builder::from_env().with_bucket_name(bucket).with_retry(retry);
            Arc::new(builder.with_config(AmazonS3ConfigKey::Client(timeout), REQUEST).build()?)
        }
        Scheme::Google => {
            let builder = GoogleCloudStorageBuilder::from_env().with_bucket_name(bucket).with_retry(retry);
            Arc::new(builder.with_config(GoogleConfigKey::Client(timeout), REQUEST).build()?)
        }
        Scheme::Azure => {
            let builder = MicrosoftAzureBuilder::from_env().with_container_name(bucket).with_retry(retry);
            Arc::new(builder.with_config(AzureConfigKey::Client(timeout), REQUEST).build()?)
        }
    })
}
