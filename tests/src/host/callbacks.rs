//! What the plugin may ask of the host. Requests are noted; the main thread serves them when it idles.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::ThreadId;

use clack_extensions::latency::{HostLatency, HostLatencyImpl};
use clack_extensions::params::{
    HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamRescanFlags,
};
use clack_extensions::state::{HostState, HostStateImpl};
use clack_extensions::thread_check::{HostThreadCheck, HostThreadCheckImpl};
use clack_host::prelude::{HostExtensions, HostHandlers, MainThreadHandler, SharedHandler};
use clack_host::utils::ClapId;

/// The host's side of one instance.
pub struct Callbacks;

/// Requests that wait to be served.
pub struct Requests {
    main_thread: ThreadId,
    pub callback: AtomicBool,
    pub restart: AtomicBool,
    pub latency_changes: AtomicU32,
}

impl Requests {
    /// None yet. The calling thread is the instance's main thread.
    pub fn none() -> Requests {
        Requests {
            main_thread: std::thread::current().id(),
            callback: AtomicBool::new(false),
            restart: AtomicBool::new(false),
            latency_changes: AtomicU32::new(0),
        }
    }
}

/// What the main thread hears.
pub struct MainThread<'a>(pub &'a Requests);

impl HostHandlers for Callbacks {
    type Shared<'a> = Requests;
    type MainThread<'a> = MainThread<'a>;
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<Self>, _: &Requests) {
        builder
            .register::<HostParams>()
            .register::<HostState>()
            .register::<HostLatency>()
            .register::<HostThreadCheck>();
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

// Without this answer nice-plug asks the standard library, which allocates on a thread that it does not know.
impl HostThreadCheckImpl for Requests {
    fn is_main_thread(&self) -> bool {
        std::thread::current().id() == self.main_thread
    }

    fn is_audio_thread(&self) -> bool {
        !self.is_main_thread()
    }
}

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
