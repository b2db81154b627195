//! What this process holds of the system, to be compared before and after.

use std::fs::{read_dir, read_to_string};

/// Threads, files and memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Threads.
    pub threads: usize,
    /// Open files.
    pub files: usize,
    /// Mappings of memory.
    pub mappings: usize,
    /// Resident memory, in kB.
    pub resident_kb: usize,
}

impl Held {
    /// Now.
    ///
    /// # Panics
    /// Where the system does not tell: only Linux does.
    pub fn now() -> Held {
        Held {
            threads: threads().len(),
            files: entries("/proc/self/fd"),
            mappings: read_to_string("/proc/self/maps").expect("Linux tells").lines().count(),
            resident_kb: resident_kb(),
        }
    }
}

/// Numbers of this process's threads, in order.
///
/// # Panics
/// As for [`Held::now`].
pub fn threads() -> Vec<u32> {
    let names = read_dir("/proc/self/task").expect("Linux tells").flatten();
    let mut numbers: Vec<u32> =
        names.filter_map(|entry| entry.file_name().to_string_lossy().parse().ok()).collect();
    numbers.sort_unstable();
    numbers
}

/// A thread of this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// Its name, of which the system keeps 15 bytes.
    pub name: String,
    /// Whether it waits for something.
    pub sleeps: bool,
    /// How long it has had a processor, in ns.
    pub ran_ns: u64,
}

impl Thread {
    /// The thread of this number; `None` once it has ended.
    pub fn find(number: u32) -> Option<Thread> {
        let read = |name: &str| read_to_string(format!("/proc/self/task/{number}/{name}")).ok();
        let stat = read("stat")?;
        Some(Thread {
            name: read("comm")?.trim().to_string(),
            sleeps: stat.rsplit_once(')')?.1.trim_start().starts_with('S'),
            ran_ns: read("schedstat")?.split_whitespace().next()?.parse().ok()?,
        })
    }

    /// All whose names begin so.
    pub fn named(name: &str) -> Vec<Thread> {
        let all = threads().into_iter().filter_map(Thread::find);
        all.filter(|thread| thread.name.starts_with(name)).collect()
    }
}

/// Resident memory, in kB, counted page by page: the kernel's quick count lags behind.
///
/// # Panics
/// As for [`Held::now`].
pub fn resident_kb() -> usize {
    let pages = read_to_string("/proc/self/smaps_rollup").expect("Linux tells");
    let line = pages.lines().find_map(|line| line.strip_prefix("Rss:")).expect("Linux tells");
    line.trim().trim_end_matches(" kB").parse().expect("a number of kB")
}

fn entries(path: &str) -> usize {
    read_dir(path).expect("Linux tells").count()
}
