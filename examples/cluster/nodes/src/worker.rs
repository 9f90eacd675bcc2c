//! A worker: a server that executes parts of queries.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::IpAddr;

use datafusion_distributed::{DistributedExt, Worker, WorkerQueryContext};
use gaussmix_datafusion::models::RANGE;
use gaussmix_datafusion::{Failure, register_in};
use tokio::net::TcpListener;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

use crate::channels::{Channels, SILENCE};

/// What a worker has to have in common with its client, or a fit would not have the bits of one process: the code, the
/// sizes that it is compiled for, and the instructions that decide the last bits.
pub(crate) fn version() -> String {
    format!("build {} for {RANGE}, on {} {}", env!("BUILD"), std::env::consts::ARCH, instructions().join(" "))
}

/// The instructions by which `gaussmix` chooses its vectors, where the processor has them.
#[cfg(target_arch = "x86_64")]
fn instructions() -> Vec<&'static str> {
    let all = [
        ("avx2", is_x86_feature_detected!("avx2")),
        ("fma", is_x86_feature_detected!("fma")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
        ("avx512dq", is_x86_feature_detected!("avx512dq")),
        ("avx512bw", is_x86_feature_detected!("avx512bw")),
        ("avx512vl", is_x86_feature_detected!("avx512vl")),
    ];
    all.into_iter().filter_map(|(name, has)| has.then_some(name)).collect()
}

/// Other processors have one kind of vectors.
#[cfg(not(target_arch = "x86_64"))]
fn instructions() -> Vec<&'static str> {
    Vec::new()
}

/// What a worker says of itself, in two lines: which process it is, and its version.
fn description() -> String {
    let identity = RandomState::new().build_hasher().finish();
    format!("{identity:016x}\n{}", version())
}

/// Works until the process ends. A panic ends it: the engine would leave out what the panicking task had.
pub(crate) async fn work(address: IpAddr, port: u16) -> Result<(), Failure> {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        told(panic);
        std::process::abort();
    }));
    let failed = |error: &dyn std::error::Error| Failure::Input(format!("{address}:{port}: {error}"));
    let listener = TcpListener::bind((address, port)).await.map_err(|error| failed(&error))?;
    println!("listening at {}; {}", listener.local_addr()?, version());
    let channels = Channels::default();
    let worker = Worker::from_session_builder(move |query: WorkerQueryContext| {
        let channels = channels.clone();
        async move {
            let mut state = query.builder.with_distributed_channel_resolver(channels).build();
            register_in(&mut state)?;
            Ok(state)
        }
    });
    let worker = worker.with_version(description());
    // A client that vanishes takes its queries with it.
    let mut server =
        Server::builder().http2_keepalive_interval(Some(SILENCE)).http2_keepalive_timeout(Some(SILENCE));
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let served = server.add_service(worker.into_worker_server()).serve_with_incoming(incoming);
    served.await.map_err(|error| failed(&error))
}
