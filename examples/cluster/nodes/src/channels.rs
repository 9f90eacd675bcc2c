//! Connections to workers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use datafusion::error::{DataFusionError, Result};
use datafusion_distributed::grpc::{BoxCloneSyncChannel, create_worker_client};
use datafusion_distributed::{ChannelResolver, WorkerChannel};
use tonic::transport::Endpoint;
use url::Url;

/// How long a machine may take to answer.
pub(crate) const ANSWER: Duration = Duration::from_secs(3);

/// How long it may be silent in a query, and then once more, before the query fails.
pub(crate) const SILENCE: Duration = Duration::from_secs(5);

/// Connections, one to each worker. They notice a machine that falls silent, where those of the engine wait for ever.
#[derive(Clone, Default)]
pub(crate) struct Channels(Arc<Mutex<HashMap<Url, BoxCloneSyncChannel>>>);

impl Channels {
    /// Forgets a worker that does not answer. Queries keep what they have.
    pub(crate) fn forget(&self, url: &Url) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(url);
    }
}

#[async_trait]
impl ChannelResolver for Channels {
    async fn get_worker_client_for_url(&self, url: &Url) -> Result<Box<dyn WorkerChannel>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(channel) = known.get(url) {
            return Ok(create_worker_client(channel.clone()));
        }
        let endpoint = Endpoint::from_shared(url.to_string())
            .map_err(|error| DataFusionError::External(error.into()))?;
        let channel = endpoint
            .connect_timeout(ANSWER)
            .http2_keep_alive_interval(SILENCE)
            .keep_alive_timeout(SILENCE)
            .keep_alive_while_idle(true)
            .connect_lazy();
        let channel = BoxCloneSyncChannel::new(channel);
        known.insert(url.clone(), channel.clone());
        Ok(create_worker_client(channel))
    }
}
