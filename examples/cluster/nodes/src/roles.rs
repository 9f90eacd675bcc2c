//! The processes of a cluster.

use std::sync::Arc;
use std::time::Duration;

use ballista::prelude::{SessionConfigExt, SessionContextExt};
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_core::utils::default_session_builder;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::start_server;
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};
use fit::options::Arguments;
use gaussmix_datafusion::driver::Retries;
use gaussmix_datafusion::{Failure, register_in};

/// An executor that has not been heard of for so many seconds is dead.
const SILENCE: u64 = 4;

/// When the driver makes a pass again: after a time longer than an executor may be silent.
pub(crate) const RETRIES: Retries =
    Retries { times: 5, pause: Duration::from_secs(SILENCE + 2), patience: Duration::from_secs(10) };

/// A failure of the cluster's own.
fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::Input(error.to_string())
}

/// A session with the engine's functions and ours.
fn session(config: SessionConfig) -> datafusion::error::Result<SessionState> {
    let mut state = default_session_builder(config)?;
    register_in(&mut state)?;
    Ok(state)
}

/// Schedules until the process ends.
pub(crate) async fn scheduler(host: &str, port: u16) -> Result<(), Failure> {
    let config = SchedulerConfig {
        bind_host: host.to_owned(),
        external_host: host.to_owned(),
        bind_port: port,
        executor_timeout_seconds: SILENCE,
        expire_dead_executor_interval_seconds: 1,
        no_executors_grace_period_seconds: 60,
        override_session_builder: Some(Arc::new(session)),
        ..SchedulerConfig::default()
    };
    let cluster = BallistaCluster::new_from_config(&config).await.map_err(failed)?;
    let address = format!("{host}:{port}").parse().map_err(failed)?;
    start_server(cluster, address, Arc::new(config)).await.map_err(failed)
}

/// Executes until the process ends.
pub(crate) async fn executor(
    scheduler: &str,
    own: &str,
    port: u16,
    grpc_port: u16,
    cores: Option<usize>,
) -> Result<(), Failure> {
    let (host, scheduler_port) =
        scheduler.rsplit_once(':').ok_or_else(|| failed("--scheduler has no port"))?;
    let state = session(SessionConfig::new())?;
    let mut config = ExecutorProcessConfig {
        bind_host: own.to_owned(),
        external_host: Some(own.to_owned()),
        port,
        grpc_port,
        scheduler_host: host.to_owned(),
        scheduler_port: scheduler_port.parse().map_err(failed)?,
        scheduler_connect_timeout_seconds: 30,
        executor_heartbeat_interval_seconds: 1,
        override_function_registry: Some(Arc::new(BallistaFunctionRegistry::from(&state))),
        ..ExecutorProcessConfig::default()
    };
    if let Some(cores) = cores {
        config.vcores = cores;
    }
    start_executor_process(Arc::new(config)).await.map_err(failed)
}

/// A context whose queries run on the cluster.
pub(crate) async fn client(scheduler: &str, arguments: &Arguments) -> Result<SessionContext, Failure> {
    let mut config = SessionConfig::new_with_ballista();
    if let Some(partitions) = arguments.partitions {
        config = config.with_target_partitions(partitions);
    }
    let mut state = SessionStateBuilder::new().with_config(config).with_default_features().build();
    register_in(&mut state)?;
    Ok(SessionContext::remote_with_state(&format!("df://{scheduler}"), state).await?)
}
