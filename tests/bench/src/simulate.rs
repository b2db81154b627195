//! How long a plan's tasks would take on so many threads: the pool's own rules, played through with recorded costs
//! and measured overheads.
//!
//! Each thread takes from its own queue, then from the roots, then from other threads; the most urgent successor
//! that a task releases runs next on the same thread, the others wait in its queue or go to an idle caller.

use std::collections::VecDeque;

use manycord_engine::GraphReport;

/// What it costs to move work between threads, in ns.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Overheads {
    /// From one task to the next on the same thread.
    pub task: f64,
    /// From the moment at which a task is ready to its start on a thread that looks out for it.
    pub handoff: f64,
    /// From the call of a run to the start of a worker that looks out for it.
    pub start: f64,
    /// From the end of the last task to the return of the run.
    pub end: f64,
}

/// What a thread does at a time.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Looks for a task.
    Look,
    /// Ends a task.
    End(u32),
}

/// One run of a plan.
struct Run<'a> {
    plan: &'a GraphReport,
    overheads: Overheads,
    /// Factor of every task's cost.
    slowdown: f64,
    waits: Vec<u32>,
    next_root: usize,
    /// Tasks that are ready, by the thread in whose queue they wait; the caller is thread 0.
    queues: Vec<VecDeque<u32>>,
    /// Tasks handed to the caller.
    inbox: VecDeque<u32>,
    /// Next step of each thread; `None` while it has nothing to do.
    steps: Vec<Option<(f64, Step)>>,
}

/// Time of one block's tasks on so many threads, in ns. `slowdown`: how much longer a task takes while all of
/// them are busy than while one is.
pub fn makespan(plan: &GraphReport, threads: usize, overheads: Overheads, slowdown: f64) -> f64 {
    let mut waits = vec![0; plan.tasks.len()];
    for &next in plan.tasks.iter().flat_map(|task| &task.successors) {
        waits[next as usize] += 1;
    }
    let mut steps = vec![Some((overheads.start, Step::Look)); threads];
    steps[0] = Some((0.0, Step::Look));
    let queues = vec![VecDeque::new(); threads];
    let inbox = VecDeque::new();
    Run { plan, overheads, slowdown, waits, next_root: 0, queues, inbox, steps }.play()
}

impl Run<'_> {
    fn play(mut self) -> f64 {
        let mut last = 0.0;
        while let Some((thread, now, step)) = self.soonest() {
            self.steps[thread] = None;
            match step {
                Step::Look => {
                    if let Some(task) = self.find(thread) {
                        self.begin(thread, now, task);
                    }
                }
                Step::End(task) => {
                    last = now;
                    self.end(thread, now, task);
                }
            }
        }
        last + self.overheads.end
    }

    /// The next step of all; of steps at the same time the one of the first thread.
    fn soonest(&self) -> Option<(usize, f64, Step)> {
        let steps = self.steps.iter().enumerate();
        let steps = steps.filter_map(|(thread, step)| step.map(|(at, step)| (thread, at, step)));
        steps.min_by(|a, b| a.1.total_cmp(&b.1))
    }

    fn find(&mut self, thread: usize) -> Option<u32> {
        if let Some(task) = self.queues[thread].pop_front() {
            return Some(task);
        }
        if let Some(&root) = self.plan.roots.get(self.next_root) {
            self.next_root += 1;
            return Some(root);
        }
        if thread == 0 {
            return self.inbox.pop_front();
        }
        // Workers are robbed before the caller.
        let others = (1..self.queues.len()).chain([0]);
        others.filter(|&other| other != thread).find_map(|other| self.queues[other].pop_front())
    }

    fn begin(&mut self, thread: usize, now: f64, task: u32) {
        let cost = f64::from(self.plan.tasks[task as usize].cost_ns) * self.slowdown;
        self.steps[thread] = Some((now + self.overheads.task + cost, Step::End(task)));
    }

    fn end(&mut self, thread: usize, now: f64, task: u32) {
        let plan = self.plan;
        let mut next = None;
        for &successor in &plan.tasks[task as usize].successors {
            self.waits[successor as usize] -= 1;
            if self.waits[successor as usize] > 0 {
                continue;
            }
            if next.is_none() {
                next = Some(successor);
            } else {
                self.hand_out(thread, now, successor);
            }
        }
        match next {
            Some(next) => self.begin(thread, now, next),
            None => self.steps[thread] = Some((now, Step::Look)),
        }
    }

    /// Puts a ready task where a thread that has nothing to do finds it.
    fn hand_out(&mut self, thread: usize, now: f64, task: u32) {
        let idle = |other: &usize| self.steps[*other].is_none() && *other != thread;
        let caller_waits = thread != 0 && idle(&0);
        let finder = if caller_waits { Some(0) } else { (1..self.steps.len()).find(idle) };
        let queue = if caller_waits { &mut self.inbox } else { &mut self.queues[thread] };
        queue.push_back(task);
        if let Some(finder) = finder {
            self.steps[finder] = Some((now + self.overheads.handoff, Step::Look));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use manycord_engine::TaskReport;

    /// A plan of tasks with these costs and successors; those that nothing leads to are the roots.
    fn plan(tasks: &[(f32, &[u32])]) -> GraphReport {
        let task = |&(cost_ns, successors): &(f32, &[u32])| TaskReport {
            parts: Vec::new(),
            successors: successors.to_vec(),
            cost_ns,
            path_ns: 0.0,
            awake_ns: cost_ns,
        };
        let led_to: Vec<u32> = tasks.iter().flat_map(|task| task.1).copied().collect();
        GraphReport {
            tasks: tasks.iter().map(task).collect(),
            roots: (0..tasks.len() as u32).filter(|task| !led_to.contains(task)).collect(),
            ..GraphReport::default()
        }
    }

    #[test]
    fn free_threads_share_what_is_independent_and_wait_for_the_rest() {
        let free = Overheads::default();
        let wide: Vec<(f32, &[u32])> = (0..10).map(|_| (100.0, &[][..])).collect();
        let times = [1, 2, 3, 16].map(|threads| makespan(&plan(&wide), threads, free, 1.0));
        assert_eq!(times, [1_000.0, 500.0, 400.0, 100.0]);
        let chain = plan(&[(100.0, &[1]), (50.0, &[2]), (25.0, &[])]);
        assert_eq!(makespan(&chain, 8, free, 2.0), 350.0);
        // A long and two short ways from one task to another.
        let ways = plan(&[(10.0, &[1, 2, 3]), (100.0, &[4]), (60.0, &[4]), (60.0, &[4]), (10.0, &[])]);
        assert_eq!([1, 2, 3].map(|threads| makespan(&ways, threads, free, 1.0)), [240.0, 140.0, 120.0]);
    }

    #[test]
    fn moving_work_takes_its_time() {
        let overheads = Overheads { task: 1.0, handoff: 10.0, start: 20.0, end: 5.0 };
        let fork = plan(&[(100.0, &[1, 2]), (100.0, &[]), (100.0, &[])]);
        // The caller runs the root and one successor; the worker looks once in vain, and is handed the other.
        assert_eq!(makespan(&fork, 2, overheads, 1.0), 101.0 + 10.0 + 101.0 + 5.0);
        let roots = plan(&[(100.0, &[]), (100.0, &[])]);
        assert_eq!(makespan(&roots, 2, overheads, 1.0), 20.0 + 101.0 + 5.0);
    }
}
