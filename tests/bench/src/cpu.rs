//! What the process uses of the machine, and on which CPU the calling thread runs.

/// What the process has used since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// CPU time of all threads, those that have ended included, in seconds.
    pub cpu_s: f64,
    /// Times that a thread gave its CPU up or lost it.
    pub switches: u64,
}

impl Usage {
    /// Up to now.
    #[cfg(unix)]
    pub fn now() -> Usage {
        // SAFETY: all zeros is a valid `rusage`.
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: writes into `usage`.
        unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut usage) };
        let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 * 1e-6;
        Usage {
            cpu_s: seconds(usage.ru_utime) + seconds(usage.ru_stime),
            switches: (usage.ru_nvcsw + usage.ru_nivcsw) as u64,
        }
    }

    /// Up to now; unknown here.
    #[cfg(not(unix))]
    pub fn now() -> Usage {
        Usage { cpu_s: f64::NAN, switches: 0 }
    }

    /// What was used since an earlier reading.
    pub fn since(self, earlier: Usage) -> Usage {
        Usage { cpu_s: self.cpu_s - earlier.cpu_s, switches: self.switches - earlier.switches }
    }
}

/// CPUs that the calling thread may use, by number.
#[cfg(target_os = "linux")]
pub fn allowed() -> Vec<usize> {
    // SAFETY: all zeros is an empty set.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    // SAFETY: 0 is the calling thread; at most the set's size is written into it.
    unsafe { libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &mut set) };
    // SAFETY: the numbers lie within the set.
    (0..libc::CPU_SETSIZE as usize).filter(|&cpu| unsafe { libc::CPU_ISSET(cpu, &set) }).collect()
}

/// Lets the calling thread, and threads that it spawns, run on these CPUs only.
#[cfg(target_os = "linux")]
pub fn bind(cpus: &[usize]) {
    // SAFETY: all zeros is an empty set.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    for &cpu in cpus {
        // SAFETY: a number past the set's end is ignored.
        unsafe { libc::CPU_SET(cpu, &mut set) };
    }
    // SAFETY: 0 is the calling thread; the set lives for the call. Failure leaves things as they were.
    unsafe { libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &set) };
}

/// CPUs that the calling thread may use: not told by this system.
#[cfg(not(target_os = "linux"))]
pub fn allowed() -> Vec<usize> {
    (0..manycord_pool::usable_cpus()).collect()
}

/// Where threads run is left to this system.
#[cfg(not(target_os = "linux"))]
pub fn bind(_cpus: &[usize]) {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[test]
    fn work_costs_cpu_and_sleep_costs_a_switch() {
        let before = Usage::now();
        let begun = Instant::now();
        while Usage::now().since(before).cpu_s < 0.02 {
            assert!(begun.elapsed() < Duration::from_secs(20), "spinning costs nothing");
        }
        let before = Usage::now();
        std::thread::sleep(Duration::from_millis(1));
        assert!(Usage::now().since(before).switches > 0);
    }

    #[test]
    fn a_bound_thread_is_bound() {
        let cpus = allowed();
        std::thread::spawn(move || {
            let last = cpus[cpus.len() - 1];
            bind(&[last]);
            assert_eq!(allowed(), [last]);
            bind(&cpus);
            assert_eq!(allowed(), cpus);
        })
        .join()
        .unwrap();
    }
}
