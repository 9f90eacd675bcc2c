//! The workers of a cluster, and the context of their client.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::SessionStateBuilder;
use datafusion::prelude::SessionContext;
use datafusion_distributed::grpc::{BoxCloneSyncChannel, create_worker_client};
use datafusion_distributed::{
    ChannelResolver, DistributedExt, GetWorkerInfoRequest, SessionStateBuilderExt, Worker, WorkerChannel,
    WorkerQueryContext, WorkerResolver,
};
use fit::options::Arguments;
use gaussmix_datafusion::driver::Retries;
use gaussmix_datafusion::models::RANGE;
use gaussmix_datafusion::{Failure, register_in};
use tokio::net::lookup_host;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tonic::transport::{Endpoint, Server};
use url::Url;

/// How often a client looks who is there.
const INTERVAL: Duration = Duration::from_millis(500);

/// How long a machine may take to answer.
const ANSWER: Duration = Duration::from_secs(2);

/// How long it may be silent in a query, and then once more, before the query fails.
const SILENCE: Duration = Duration::from_secs(5);

/// When the driver makes a pass again. The pause is longer than the list of workers takes to follow.
pub(crate) const RETRIES: Retries = Retries { times: 5, pause: Duration::from_secs(1) };

/// A failure of the cluster's own.
fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::Input(error.to_string())
}

/// Works until the process ends.
pub(crate) async fn work(address: IpAddr, port: u16) -> std::result::Result<(), Failure> {
    let channels = Channels::default();
    let worker = Worker::from_session_builder(move |query: WorkerQueryContext| {
        let channels = channels.clone();
        async move {
            let mut state = query.builder.with_distributed_channel_resolver(channels).build();
            register_in(&mut state)?;
            Ok(state)
        }
    });
    let worker = worker.with_version(version());
    let server = Server::builder().add_service(worker.into_worker_server());
    server.serve(SocketAddr::new(address, port)).await.map_err(failed)
}

/// A context whose queries run on the workers.
pub(crate) fn client(workers: Workers, arguments: &Arguments) -> Result<SessionContext> {
    let channels = workers.channels.clone();
    let config = fit::configuration(arguments);
    // A query of one partition is not distributed.
    let partitions = config.target_partitions().max(2);
    let mut state = SessionStateBuilder::new()
        .with_config(config.with_target_partitions(partitions))
        .with_default_features()
        .with_distributed_planner()
        .with_distributed_worker_resolver(workers)
        .with_distributed_channel_resolver(channels)
        // The smallest file is for all workers.
        .with_distributed_file_scan_config_bytes_per_partition(1)?
        .build();
    register_in(&mut state)?;
    Ok(SessionContext::from(state))
}

/// What a worker has to have in common with its client, or the fit would not be that of one process: our code, the sizes
/// that it is compiled for, and the instructions that decide the last bits.
fn version() -> String {
    #[cfg(target_arch = "x86_64")]
    let has_fma = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    let has_fma = false;
    let fma = if has_fma { " with AVX2 and FMA" } else { "" };
    format!("{} for {RANGE}, {}{fma}", env!("CARGO_PKG_VERSION"), std::env::consts::ARCH)
}

/// The workers that answer now.
#[derive(Clone)]
pub(crate) struct Workers {
    /// Where workers may be.
    addresses: Arc<[String]>,
    channels: Channels,
    answering: Arc<RwLock<Vec<Url>>>,
}

impl Workers {
    /// Looks for workers from now on. An address is `HOST:PORT`; a name may stand for many machines.
    pub(crate) fn watch(addresses: &str) -> Self {
        let addresses = addresses.split(',').map(|address| address.trim().to_owned()).collect();
        let workers = Self { addresses, channels: Channels::default(), answering: Arc::default() };
        let watched = workers.clone();
        tokio::spawn(async move {
            let mut refused = BTreeSet::new();
            loop {
                watched.look(&mut refused).await;
                sleep(INTERVAL).await;
            }
        });
        workers
    }

    /// Waits until so many workers answer.
    pub(crate) async fn wait_for(&self, count: usize) -> std::result::Result<(), Failure> {
        for _ in 0..40 {
            if self.answering.read().unwrap_or_else(PoisonError::into_inner).len() >= count {
                return Ok(());
            }
            sleep(INTERVAL / 2).await;
        }
        Err(failed(self.nobody()))
    }

    fn nobody(&self) -> String {
        format!("no worker answers at {}", self.addresses.join(", "))
    }

    /// Asks all addresses who is there. Tells once of workers that cannot take part.
    async fn look(&self, refused: &mut BTreeSet<Url>) {
        let mut asked = JoinSet::new();
        for address in self.addresses.iter() {
            for address in lookup_host(address).await.into_iter().flatten() {
                let Ok(url) = Url::parse(&format!("http://{address}")) else { continue };
                let channels = self.channels.clone();
                asked.spawn(async move {
                    let mut worker = channels.get_worker_client_for_url(&url).await.ok()?;
                    let info = timeout(ANSWER, worker.get_worker_info(GetWorkerInfoRequest {})).await;
                    Some((url, info.ok()?.ok()?.version))
                });
            }
        }
        let mut found = Vec::new();
        for (url, version) in asked.join_all().await.into_iter().flatten() {
            if version == self::version() {
                found.push(url);
            } else if refused.insert(url.clone()) {
                eprintln!("the worker at {url} is left out: it is {version}; this is {}", self::version());
            }
        }
        found.sort();
        found.dedup();
        let mut answering = self.answering.write().unwrap_or_else(PoisonError::into_inner);
        if *answering != found {
            println!("workers: {}", found.len());
            *answering = found;
        }
    }
}

impl WorkerResolver for Workers {
    fn get_urls(&self) -> Result<Vec<Url>> {
        let answering = self.answering.read().unwrap_or_else(PoisonError::into_inner).clone();
        match answering.is_empty() {
            // Somebody may come.
            true => Err(DataFusionError::IoError(io::Error::new(io::ErrorKind::NotConnected, self.nobody()))),
            false => Ok(answering),
        }
    }
}

/// Connections, one to each worker. They notice a machine that falls silent, where the default waits for ever.
#[derive(Clone, Default)]
struct Channels(Arc<Mutex<HashMap<Url, BoxCloneSyncChannel>>>);

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
