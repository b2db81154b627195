//! Hostile scheduling: one CPU, many workers, processes that are stopped and go on, forks, urgent callers, and pools
//! whose handles go while others work. Each case runs in a process of its own, started from this very program.
#![cfg(target_os = "linux")]

mod common;

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{TOGETHER, checked, pool, random_graph};
use manycord_pool::{Client, Config, Hint, Outcome, Pool, Standing};

const LIVE: Hint = Hint { patience_ns: Some(10_000_000), ..TOGETHER };

/// Starts one of the cases below in a process of its own.
fn start(case: &str) -> Child {
    let program = std::env::current_exe().expect("a test knows its program");
    let mut command = Command::new(program);
    command.args(["--ignored", "--exact", case, "--test-threads=1"]).stdout(Stdio::piped());
    command.spawn().expect("the test's own program starts")
}

/// Waits for a case to succeed.
fn expect_success(mut child: Child, limit: Duration) {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            let mut told = String::new();
            child.stdout.take().expect("it is piped").read_to_string(&mut told).expect("it is text");
            assert!(status.success() && told.contains("1 passed"), "{status}: {told}");
            return;
        }
        if begun.elapsed() > limit {
            let _ = child.kill();
            panic!("still running after {limit:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Runs many graphs; a run that is late must end by itself.
fn run_for(client: &mut Client, time: Duration, hint: &Hint) -> u64 {
    let flow = checked(&random_graph(17, 60, 80), 300);
    let (begun, mut runs) = (Instant::now(), 0u32);
    while begun.elapsed() < time {
        runs += 1;
        if client.run(&flow, hint) == Outcome::Late {
            let late = Instant::now();
            loop {
                match client.standing() {
                    Standing::Free => break,
                    Standing::Late => std::thread::sleep(Duration::from_micros(500)),
                    Standing::Wrecked => panic!("a healthy run was given up"),
                }
                assert!(late.elapsed() < Duration::from_secs(20), "a run never ends");
            }
        }
        flow.job().expect_runs(runs);
    }
    u64::from(runs)
}

fn bind(cpu: usize) {
    // SAFETY: an all-zero set is empty; the set lives for the call; 0 is the calling thread.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(cpu, &mut set);
        libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &set);
    }
}

#[test]
#[ignore = "a case that another test starts"]
fn case_one_cpu() {
    // The whole process: the first thread's mask is what workers start from. This thread makes the pool.
    let process = std::process::id() as libc::pid_t;
    // SAFETY: as in `bind`; the process's first thread has the number of the process.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(0, &mut set);
        libc::sched_setaffinity(process, size_of::<libc::cpu_set_t>(), &set);
    }
    bind(0);
    for workers in [1, 8] {
        let pool = pool(workers);
        let mut client = pool.client().unwrap();
        assert!(run_for(&mut client, Duration::from_millis(500), &LIVE) > 5);
    }
}

#[test]
fn one_cpu_and_more_workers_than_cpus() {
    expect_success(start("case_one_cpu"), Duration::from_secs(30));
}

#[test]
#[ignore = "a case that another test starts"]
fn case_ends_whole() {
    for _ in 0..300 {
        drop(pool(8));
        let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
        let names = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
        let left: Vec<String> = names.filter(|name| name.starts_with("manycord")).collect();
        assert_eq!(left, [""; 0], "the next pool takes them for another's workers");
    }
}

#[test]
fn a_pool_that_has_ended_has_no_thread_even_in_the_kernels_list() {
    expect_success(start("case_ends_whole"), Duration::from_secs(30));
}

#[test]
#[ignore = "a case that another test starts"]
fn case_live_for_two_seconds() {
    let pool = pool(3);
    let mut client = pool.client().unwrap();
    run_for(&mut client, Duration::from_secs(2), &LIVE);
}

fn send(child: &Child, signal: libc::c_int) {
    // SAFETY: the child is ours and has not been waited for, so that its number is still its own.
    unsafe { libc::kill(child.id() as libc::pid_t, signal) };
}

#[test]
fn a_process_that_is_stopped_and_goes_on_blames_nobody() {
    let child = start("case_live_for_two_seconds");
    for _ in 0..4 {
        std::thread::sleep(Duration::from_millis(250));
        send(&child, libc::SIGSTOP);
        std::thread::sleep(Duration::from_millis(150));
        send(&child, libc::SIGCONT);
    }
    expect_success(child, Duration::from_secs(30));
}

/// What a control group's quota does: the whole process runs for some milliseconds and rests for as many.
#[test]
fn a_process_with_half_the_time_blames_nobody() {
    let mut child = start("case_live_for_two_seconds");
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(2_500) && matches!(child.try_wait(), Ok(None)) {
        send(&child, libc::SIGSTOP);
        std::thread::sleep(Duration::from_millis(15));
        send(&child, libc::SIGCONT);
        std::thread::sleep(Duration::from_millis(15));
    }
    expect_success(child, Duration::from_secs(30));
}

/// A control group of the kernel's, gone with its last process.
struct ControlGroup(std::path::PathBuf);

impl ControlGroup {
    /// Half the time of one CPU, in periods of 20 ms; `None` where we may not make one.
    fn half_a_cpu() -> Option<ControlGroup> {
        let name = format!("manycord-test-{}", std::process::id());
        // The older kind has a tree for each resource, the newer a single one.
        let kinds = [
            ("/sys/fs/cgroup/cpu", &[("cpu.cfs_period_us", "20000"), ("cpu.cfs_quota_us", "10000")][..]),
            ("/sys/fs/cgroup", &[("cpu.max", "10000 20000")][..]),
        ];
        kinds.into_iter().find_map(|(tree, settings)| {
            let path = std::path::Path::new(tree).join(&name);
            std::fs::create_dir(&path).ok()?;
            let group = ControlGroup(path);
            let set = |(file, text): &(&str, &str)| std::fs::write(group.0.join(file), text).is_ok();
            settings.iter().all(set).then_some(group)
        })
    }

    fn take_in(&self, child: &Child) {
        std::fs::write(self.0.join("cgroup.procs"), child.id().to_string()).expect("the group is ours");
    }

    /// How often its processes were made to wait.
    fn throttled(&self) -> u64 {
        let text = std::fs::read_to_string(self.0.join("cpu.stat")).expect("the group is ours");
        let line = text.lines().find_map(|line| line.strip_prefix("nr_throttled "));
        line.expect("the kernel counts").trim().parse().expect("a number")
    }
}

impl Drop for ControlGroup {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir(&self.0);
    }
}

#[test]
fn a_quota_of_half_a_cpu_blames_nobody() {
    let Some(group) = ControlGroup::half_a_cpu() else {
        println!("no control group may be made here: the test above stands in for it");
        return;
    };
    let child = start("case_live_for_two_seconds");
    group.take_in(&child);
    expect_success(child, Duration::from_secs(30));
    assert!(group.throttled() > 20, "the quota was not felt");
}

#[test]
#[ignore = "a case that another test starts"]
fn case_fork() {
    let pool = pool(3);
    let mut client = pool.client().unwrap();
    run_for(&mut client, Duration::from_millis(50), &TOGETHER);
    // SAFETY: the child only uses memory of this process's copy and leaves by `_exit`; the pool's locks are free, since
    // no other thread makes or drops clients.
    let child = unsafe { libc::fork() };
    if child == 0 {
        run_for(&mut client, Duration::from_millis(50), &TOGETHER);
        let inherited = Arc::downgrade(&pool);
        drop((client, pool));
        let gone = inherited.upgrade().is_none();
        // SAFETY: ends the child without running what belongs to the parent.
        unsafe { libc::_exit(i32::from(!gone)) };
    }
    let mut status = -1;
    // SAFETY: `status` lives for the call; the child is ours.
    unsafe { libc::waitpid(child, &mut status, 0) };
    assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "status {status}");
    run_for(&mut client, Duration::from_millis(50), &TOGETHER);
}

#[test]
fn a_fork_of_the_host_works_and_ends() {
    expect_success(start("case_fork"), Duration::from_secs(20));
}

#[test]
#[ignore = "a case that another test starts"]
fn case_urgent_caller() {
    let param = libc::sched_param { sched_priority: 10 };
    // SAFETY: 0 is the calling thread; `param` lives for the call.
    let granted = unsafe { libc::sched_setscheduler(0, libc::SCHED_FIFO, &param) } == 0;
    println!("urgent caller: {granted}");
    let pool = pool(2);
    let mut client = pool.client().unwrap();
    run_for(&mut client, Duration::from_millis(300), &LIVE);
    let tasks = std::fs::read_dir("/proc/self/task").expect("there is /proc").flatten();
    let workers = tasks.filter(|task| {
        std::fs::read_to_string(task.path().join("comm")).is_ok_and(|name| name.starts_with("manycord-w"))
    });
    for worker in workers {
        let number = worker.file_name().to_string_lossy().parse().expect("a thread's number");
        // SAFETY: only asks for a thread's policy.
        let policy = unsafe { libc::sched_getscheduler(number) } & !libc::SCHED_RESET_ON_FORK;
        assert_eq!(
            policy == libc::SCHED_FIFO,
            granted,
            "workers are as urgent as their caller, or nobody is"
        );
    }
}

#[test]
fn workers_are_as_urgent_as_their_caller_where_the_system_lets_them() {
    expect_success(start("case_urgent_caller"), Duration::from_secs(20));
}

#[test]
#[ignore = "a case that another test starts"]
fn case_no_privileges() {
    // SAFETY: gives up the process's rights; refused where it has none, which is as good.
    unsafe {
        libc::setgid(65_534);
        libc::setuid(65_534);
    }
    case_urgent_caller();
}

#[test]
fn no_privileges_are_needed() {
    expect_success(start("case_no_privileges"), Duration::from_secs(20));
}

#[test]
fn handles_may_go_while_others_work() {
    let pool = Pool::new(&Config { workers: Some(3), ..Config::default() });
    let mut clients: Vec<Client> = (0..4).map(|_| pool.client().unwrap()).collect();
    drop(pool);
    std::thread::scope(|scope| {
        for (number, mut client) in clients.drain(..).enumerate() {
            scope.spawn(move || {
                run_for(&mut client, Duration::from_millis(100 * (number as u64 + 1)), &TOGETHER);
                // The last one to go ends the pool.
                drop(client);
            });
        }
    });
}
