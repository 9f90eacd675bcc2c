//! The client of a cluster: which workers there are, and a context whose queries run on them.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use datafusion::error::{DataFusionError, Result};
use datafusion::execution::SessionStateBuilder;
use datafusion::prelude::SessionContext;
use datafusion_distributed::{
    ChannelResolver, DistributedExt, GetWorkerInfoRequest, SessionStateBuilderExt, WorkerResolver,
};
use fit::options::Arguments;
use gaussmix_datafusion::driver::Retries;
use gaussmix_datafusion::{Failure, register_in};
use tokio::net::lookup_host;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use url::Url;

use crate::channels::{ANSWER, Channels};
use crate::worker::version;

/// How often a client looks who is there.
const INTERVAL: Duration = Duration::from_millis(500);

/// When the driver makes a query again. The pause is longer than the list of workers takes to follow.
pub(crate) fn retries(patience: Option<Duration>) -> Retries {
    Retries { times: 5, pause: Duration::from_secs(1), patience, may_pass }
}

/// Whether a worker or a connection was lost.
fn may_pass(error: &DataFusionError) -> bool {
    // A worker that came back between the plan and its execution does not know of the plan.
    let has_lost_plan = |error: &DataFusionError| error.to_string().contains("waiting for the plan");
    Retries::lies_outside(error) || has_lost_plan(error)
}

/// A context whose queries run on the workers.
pub(crate) fn context(workers: &Workers, arguments: &Arguments) -> Result<SessionContext> {
    let config = fit::configuration(arguments);
    // A query of one partition is not distributed.
    let partitions = config.target_partitions().max(2);
    let mut state = SessionStateBuilder::new()
        .with_config(config.with_target_partitions(partitions))
        .with_default_features()
        .with_distributed_planner()
        .with_distributed_worker_resolver(workers.clone())
        .with_distributed_channel_resolver(workers.channels.clone())
        // The smallest file is for all workers.
        .with_distributed_file_scan_config_bytes_per_partition(1)?
        .build();
    register_in(&mut state)?;
    Ok(SessionContext::from(state))
}

/// The workers that answer now.
#[derive(Clone, Default)]
pub(crate) struct Workers {
    /// Where workers may be.
    addresses: Arc<RwLock<Vec<String>>>,
    channels: Channels,
    answering: Arc<RwLock<Vec<Url>>>,
}

/// A worker: where it answers, which process it is, and its version.
struct Answer {
    url: Url,
    identity: String,
    version: String,
}

impl Workers {
    /// Looks for workers from now on.
    pub(crate) fn watch() -> Self {
        let workers = Self::default();
        let watched = workers.clone();
        tokio::spawn(async move {
            let mut told = BTreeSet::new();
            loop {
                watched.look(&mut told).await;
                sleep(INTERVAL).await;
            }
        });
        workers
    }

    /// Names a place where workers may be: `HOST:PORT`. The host may stand for many machines.
    ///
    /// # Errors
    /// Another address.
    pub(crate) fn add(&self, address: &str) -> std::result::Result<(), Failure> {
        let port = address.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
        if port.is_none_or(|port| port == 0) {
            return Err(Failure::Input(format!("a worker's address is HOST:PORT, not `{address}`")));
        }
        self.addresses.write().unwrap_or_else(PoisonError::into_inner).push(address.to_owned());
        Ok(())
    }

    /// Waits until so many workers answer.
    pub(crate) async fn wait_for(&self, count: usize) -> std::result::Result<(), Failure> {
        for _ in 0..40 {
            if self.answering.read().unwrap_or_else(PoisonError::into_inner).len() >= count {
                return Ok(());
            }
            sleep(INTERVAL / 2).await;
        }
        Err(Failure::Input(self.nobody()))
    }

    fn nobody(&self) -> String {
        let addresses = self.addresses.read().unwrap_or_else(PoisonError::into_inner);
        format!("no worker answers at {}", addresses.join(", "))
    }

    /// Asks all addresses who is there. Tells once of what is wrong.
    async fn look(&self, told: &mut BTreeSet<String>) {
        let mut asked = JoinSet::new();
        let addresses = self.addresses.read().unwrap_or_else(PoisonError::into_inner).clone();
        for address in addresses {
            asked.spawn(ask(self.channels.clone(), address));
        }
        // A worker that answers at several addresses counts once.
        let (mut found, mut urls) = (BTreeMap::new(), BTreeSet::new());
        for outcome in asked.join_all().await {
            let problem = match outcome {
                Err(problem) => Some(problem),
                Ok(answers) => {
                    let mut problem = None;
                    for Answer { url, identity, version } in answers {
                        urls.insert(url.clone());
                        if version == self::version() {
                            found.insert(identity, url);
                        } else {
                            problem = Some(format!(
                                "the worker at {url} is left out: {version}; here is {}",
                                self::version()
                            ));
                        }
                    }
                    problem
                }
            };
            if let Some(problem) = problem.filter(|problem| !told.contains(problem)) {
                eprintln!("{problem}");
                told.insert(problem);
            }
        }
        self.channels.keep(&urls);
        let mut found: Vec<Url> = found.into_values().collect();
        found.sort();
        let mut answering = self.answering.write().unwrap_or_else(PoisonError::into_inner);
        if *answering != found {
            println!("workers: {}", found.len());
            *answering = found;
        }
    }
}

/// The workers at an address.
async fn ask(channels: Channels, address: String) -> std::result::Result<Vec<Answer>, String> {
    let known = timeout(ANSWER, lookup_host(&address)).await;
    let known = known.map_err(|_| format!("{address}: the name is looked up too slowly"))?;
    let mut asked = JoinSet::new();
    for place in known.map_err(|error| format!("{address}: {error}"))? {
        let (channels, url) = (channels.clone(), Url::parse(&format!("http://{place}")));
        asked.spawn(async move {
            let url = url.ok()?;
            let mut worker = channels.get_worker_client_for_url(&url).await.ok()?;
            let info = timeout(ANSWER, worker.get_worker_info(GetWorkerInfoRequest {})).await.ok()?.ok()?;
            let (identity, version) = info.version.split_once('\n')?;
            Some(Answer { url, identity: identity.to_owned(), version: version.to_owned() })
        });
    }
    Ok(asked.join_all().await.into_iter().flatten().collect())
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
