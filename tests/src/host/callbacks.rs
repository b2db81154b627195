//! What the plugin may ask of the host. Requests are noted; the main thread serves them when it idles.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use clack_extensions::latency::{HostLatency, HostLatencyImpl};
use clack_extensions::params::{
    HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamRescanFlags,
};
use clack_extensions::state::{HostState, HostStateImpl};
use clack_host::prelude::{HostExtensions, HostHandlers, MainThreadHandler, SharedHandler};
use clack_host::utils::ClapId;

/// The host's side of one instance.
pub struct Callbacks;

/// Requests that wait to be served.
#[derive(Default)]
pub struct Requests {
    pub callback: AtomicBool,
    pub restart: AtomicBool,
    pub latency_changes: AtomicU32,
}

/// What the main thread hears.
pub struct MainThread<'a>(pub &'a Requests);

impl HostHandlers for Callbacks {
    type Shared<'a> = Requests;
    type MainThread<'a> = MainThread<'a>;
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<Self>, _: &Requests) {
        builder.register::<HostParams>().register::<HostState>().register::<HostLatency>();
    }
}

impl SharedHandler<'_> for Requests {
    fn request_restart(&self) {
        self.restart.store(true, Ordering::SeqCst);
    }

    fn request_process(&self) {}

    fn request_callback(&self) {
        self.callback.store(true, Ordering::SeqCst);
    }
}

impl<'a> MainThreadHandler<'a> for MainThread<'a> {}

impl HostParamsImplShared for Requests {
    fn request_flush(&self) {}
}

impl HostParamsImplMainThread for MainThread<'_> {
    fn rescan(&self, _: ParamRescanFlags) {}

    fn clear(&self, _: ClapId, _: ParamClearFlags) {}
}

impl HostStateImpl for MainThread<'_> {
    fn mark_dirty(&self) {}
}

impl HostLatencyImpl for MainThread<'_> {
    fn changed(&self) {
        self.0.latency_changes.fetch_add(1, Ordering::SeqCst);
    }
}
