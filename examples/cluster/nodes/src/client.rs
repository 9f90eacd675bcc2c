//! The client of a cluster: which workers there are, and a context whose queries run on them.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
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
    // What a worker's reader of files met comes as text.
    let is_missing = || ["not found", "No such file"].iter().any(|text| error.to_string().contains(text));
    // A worker that came back between the plan and its execution does not know of the plan.
    let has_lost_plan = || error.to_string().contains("waiting for the plan");
    Retries::lies_outside(error) && !is_missing() || has_lost_plan()
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
    /// What was last heard from each address.
    heard: Arc<RwLock<BTreeMap<String, Vec<Answer>>>>,
    /// What was said of it, so that it is said once.
    told: Arc<Mutex<Told>>,
    channels: Channels,
}

#[derive(Default)]
struct Told {
    count: usize,
    problems: BTreeSet<String>,
}

/// A worker: where it answers, which process it is, and its version.
#[derive(Clone)]
struct Answer {
    url: Url,
    identity: String,
    version: String,
}

impl Workers {
    /// Looks for workers at `HOST:PORT` from now on. The host may stand for many machines. Each address is asked by itself,
    /// so that one that is silent holds up no other.
    ///
    /// # Errors
    /// Another address.
    pub(crate) fn watch(&self, address: &str) -> std::result::Result<(), Failure> {
        let port = address.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
        if port.is_none_or(|port| port == 0) {
            return Err(Failure::Input(format!("a worker's address is HOST:PORT, not `{address}`")));
        }
        let (workers, address) = (self.clone(), address.to_owned());
        workers.hear(&address, Vec::new());
        tokio::spawn(async move {
            loop {
                match ask(&workers.channels, &address).await {
                    Ok(answers) => workers.hear(&address, answers),
                    Err(problem) => workers.tell(problem),
                }
                sleep(INTERVAL).await;
            }
        });
        Ok(())
    }

    /// Waits until so many workers answer.
    pub(crate) async fn wait_for(&self, count: usize) -> std::result::Result<(), Failure> {
        for _ in 0..40 {
            if self.urls().len() >= count {
                return Ok(());
            }
            sleep(INTERVAL / 2).await;
        }
        Err(Failure::Input(self.nobody()))
    }

    /// Those that can take part, each once, whatever the addresses where it answers.
    fn urls(&self) -> Vec<Url> {
        let heard = self.heard.read().unwrap_or_else(PoisonError::into_inner);
        let mut found = BTreeMap::new();
        for answer in heard.values().flatten().filter(|answer| answer.version == version()) {
            let known = found.entry(&answer.identity).or_insert(&answer.url);
            *known = (*known).min(&answer.url);
        }
        found.into_values().cloned().collect()
    }

    fn nobody(&self) -> String {
        let heard = self.heard.read().unwrap_or_else(PoisonError::into_inner);
        let addresses: Vec<_> = heard.keys().map(String::as_str).collect();
        format!("no worker that can take part answers at {}", addresses.join(", "))
    }

    fn hear(&self, address: &str, answers: Vec<Answer>) {
        for Answer { url, version, .. } in answers.iter().filter(|answer| answer.version != version()) {
            self.tell(format!("the worker at {url} is left out: {version}; here is {}", self::version()));
        }
        self.heard.write().unwrap_or_else(PoisonError::into_inner).insert(address.to_owned(), answers);
        let count = self.urls().len();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.count != count {
            told.count = count;
            println!("workers: {count}");
        }
    }

    fn tell(&self, problem: String) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if !told.problems.contains(&problem) {
            eprintln!("{problem}");
            told.problems.insert(problem);
        }
    }
}

/// The workers at an address.
async fn ask(channels: &Channels, address: &str) -> std::result::Result<Vec<Answer>, String> {
    let known = timeout(ANSWER, lookup_host(address)).await;
    let known = known.map_err(|_| format!("{address}: the name is looked up too slowly"))?;
    let mut asked = JoinSet::new();
    for place in known.map_err(|error| format!("{address}: {error}"))? {
        let (channels, url) = (channels.clone(), Url::parse(&format!("http://{place}")));
        asked.spawn(async move {
            let url = url.ok()?;
            let mut worker = channels.get_worker_client_for_url(&url).await.ok()?;
            let Ok(Ok(info)) = timeout(ANSWER, worker.get_worker_info(GetWorkerInfoRequest {})).await else {
                channels.forget(&url);
                return None;
            };
            let (identity, version) = info.version.split_once('\n').unwrap_or(("", &info.version));
            Some(Answer { url, identity: identity.to_owned(), version: version.to_owned() })
        });
    }
    Ok(asked.join_all().await.into_iter().flatten().collect())
}

impl WorkerResolver for Workers {
    fn get_urls(&self) -> Result<Vec<Url>> {
        let answering = self.urls();
        match answering.is_empty() {
            // Somebody may come.
            true => Err(DataFusionError::IoError(io::Error::new(io::ErrorKind::NotConnected, self.nobody()))),
            false => Ok(answering),
        }
    }
}
