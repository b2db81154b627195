//! Linux.

use super::super::crew::THREAD_NAME;

/// The CPU that the calling thread runs on, or −1. Reads a page shared with the kernel: no system call.
pub(crate) fn current_cpu() -> i32 {
    // SAFETY: takes nothing and only returns a number.
    unsafe { libc::sched_getcpu() }
}

/// Which thread this is, by the address of what the C library keeps of it: no system call, nothing allocated.
pub(crate) fn this_thread() -> usize {
    // SAFETY: takes nothing and only returns a number.
    unsafe { libc::pthread_self() as usize }
}

/// Gives the rest of the time slice to another thread that waits for this CPU.
pub(crate) fn give_way() {
    // SAFETY: takes nothing; the scheduler moves on, no lock is involved.
    unsafe { libc::sched_yield() };
}

/// Asks for wake-ups on the nanosecond instead of up to 50 µs late.
pub(crate) fn precise_timers() {
    // SAFETY: sets a number of the calling thread.
    unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, 1 as libc::c_ulong) };
}

/// Where a worker may run: the process's CPUs, less one.
pub(crate) struct Placement {
    allowed: libc::cpu_set_t,
    avoided: i32,
}

impl Placement {
    /// Starts from the CPUs that the process's first thread may use: the thread that makes a pool may itself
    /// be bound to one.
    pub(crate) fn of_process() -> Placement {
        // SAFETY: all zeros is an empty set.
        let mut allowed: libc::cpu_set_t = unsafe { std::mem::zeroed() };
        let size = size_of::<libc::cpu_set_t>();
        // SAFETY: writes at most `size` bytes into `allowed`; the process's first thread has the number of the
        // process.
        unsafe { libc::sched_getaffinity(libc::getpid(), size, &mut allowed) };
        Placement { allowed, avoided: -1 }
    }

    /// Moves the calling thread off a CPU, unless it is the only one.
    pub(crate) fn avoid(&mut self, cpu: i32) {
        if cpu == self.avoided || cpu < 0 {
            return;
        }
        let mut set = self.allowed;
        // SAFETY: CPU_COUNT and CPU_CLR work within the set; a CPU number past its end is ignored.
        let left = unsafe {
            libc::CPU_CLR(cpu as usize, &mut set);
            libc::CPU_COUNT(&set)
        };
        if left > 0 {
            // SAFETY: 0 is the calling thread; the set lives for the call. Failure leaves things as they were.
            unsafe { libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &set) };
        }
        self.avoided = cpu;
    }
}

/// How a thread is scheduled: policy and real-time priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scheduling(u32);

impl Scheduling {
    /// Of the calling thread.
    pub(crate) fn current() -> Scheduling {
        let mut param = libc::sched_param { sched_priority: 0 };
        // SAFETY: 0 is the calling thread; `param` lives for the call.
        let policy = unsafe {
            libc::sched_getparam(0, &mut param);
            libc::sched_getscheduler(0)
        };
        Scheduling((policy.max(0) as u32 & 0xff) << 8 | param.sched_priority as u32 & 0xff)
    }

    /// What was packed.
    pub(crate) fn unpack(word: u32) -> Scheduling {
        Scheduling(word)
    }

    /// In one word.
    pub(crate) fn pack(self) -> u32 {
        self.0
    }

    /// Schedules the calling thread so, where the system lets us: ordinary users may not. Its children are not.
    pub(crate) fn apply(self) {
        let policy = (self.0 >> 8) as libc::c_int | libc::SCHED_RESET_ON_FORK;
        let param = libc::sched_param { sched_priority: (self.0 & 0xff) as libc::c_int };
        // SAFETY: 0 is the calling thread; `param` lives for the call. Failure leaves things as they were.
        unsafe { libc::sched_setscheduler(0, policy, &param) };
    }
}

/// A thread as others see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identity {
    number: libc::pid_t,
    clock: libc::clockid_t,
}

impl Identity {
    /// The calling thread.
    pub(crate) fn current() -> Identity {
        let mut clock = 0;
        // SAFETY: `clock` lives for the call; the thread is the calling one.
        unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &mut clock) };
        // SAFETY: takes nothing and only returns a number.
        Identity { number: unsafe { libc::gettid() }, clock }
    }

    /// Not known yet: the thread is taken to live and to be busy.
    pub(crate) fn none() -> Identity {
        Identity { number: 0, clock: libc::CLOCK_MONOTONIC }
    }

    /// Whether the thread still runs.
    pub(crate) fn lives(self) -> bool {
        if self.number == 0 {
            return true;
        }
        // SAFETY: signal 0 is not delivered; the kernel only looks the thread up.
        let answer = unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), self.number, 0) };
        answer == 0 || std::io::Error::last_os_error().raw_os_error() != Some(libc::ESRCH)
    }

    /// Waits until the kernel has forgotten a thread that was joined: those who wait for a thread's end are let go a
    /// little before, and others count our threads by what the kernel lists.
    pub(crate) fn wait_until_gone(self) {
        const LOOKS: u32 = 200;
        for _ in 0..LOOKS {
            if self.number == 0 || !self.lives() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_micros(50));
        }
    }

    /// Processor time that the thread has had, in ns.
    pub(crate) fn cpu_ns(self) -> u64 {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: `time` lives for the call; a clock of a thread that has ended is refused.
        unsafe { libc::clock_gettime(self.clock, &mut time) };
        time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
    }

    /// Whether the thread waits for something instead of running or being about to.
    pub(crate) fn is_blocked(self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/self/task/{}/stat", self.number));
        let state = stat.ok().and_then(|text| text.rsplit_once(')')?.1.trim_start().chars().next());
        matches!(state, Some('S' | 'D'))
    }
}

/// Frees what the C library keeps of a thread that the kernel has ended: the standard library would wait for what the
/// thread can no longer do.
pub(crate) fn reap<T>(thread: std::thread::JoinHandle<T>) {
    use std::os::unix::thread::JoinHandleExt;
    // SAFETY: the handle was consumed, so that nobody else joins the thread; it has ended.
    unsafe { libc::pthread_join(thread.into_pthread_t(), std::ptr::null_mut()) };
}

/// A thread that was given up gets what nobody else wants of the processor.
pub(crate) fn demote(thread: Identity) {
    let param = libc::sched_param { sched_priority: 0 };
    // SAFETY: only changes how that thread is scheduled; `param` lives for the call.
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, thread.number as libc::id_t, 19);
        libc::sched_setscheduler(thread.number, libc::SCHED_IDLE, &param);
    }
    // Others count workers by their names.
    let _ = std::fs::write(format!("/proc/self/task/{}/comm", thread.number), "manycord-lost");
}

/// Keeps the library that holds this code in memory for good: a thread that cannot be ended still runs in it.
pub(crate) fn stay_loaded() {
    // SAFETY: all zeros is a valid `Dl_info`, whose fields are pointers that may be null.
    let mut info: libc::Dl_info = unsafe { std::mem::zeroed() };
    // SAFETY: the address lies in this library; `info` lives for the call.
    let found = unsafe { libc::dladdr(stay_loaded as fn() as *const libc::c_void, &mut info) };
    if found != 0 && !info.dli_fname.is_null() {
        // SAFETY: `dladdr` gave a C string that lives as long as the library, which is loaded; it is only marked.
        unsafe { libc::dlopen(info.dli_fname, libc::RTLD_LAZY | libc::RTLD_NOLOAD | libc::RTLD_NODELETE) };
    }
}

/// Worker threads in this process that belong to other copies of this library: a host may load the CLAP and the VST3
/// plugin at once, and each has a pool of its own.
pub(crate) fn workers_of_others(own: usize) -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let names = tasks.filter_map(|task| std::fs::read(task.path().join("comm")).ok());
    names.filter(|name| name.starts_with(THREAD_NAME.as_bytes())).count().saturating_sub(own)
}
