//! A validated task graph, laid out for running.

/// Why a graph cannot be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GraphError {
    /// A successor's number is no task.
    NoSuchTask {
        /// The task that names it.
        task: usize,
        /// The number.
        successor: u32,
    },
    /// The tasks wait for each other in a circle.
    Cycle,
    /// More tasks than [`Graph::MOST`].
    TooMany {
        /// How many.
        tasks: usize,
    },
    /// Not one priority per task.
    Priorities,
}

impl std::fmt::Display for GraphError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            GraphError::NoSuchTask { task, successor } => {
                write!(out, "task {task} has successor {successor}, which does not exist")
            }
            GraphError::Cycle => write!(out, "the tasks wait for each other in a circle"),
            GraphError::TooMany { tasks } => write!(out, "{tasks} tasks, of at most {}", Graph::MOST),
            GraphError::Priorities => write!(out, "there must be one priority per task"),
        }
    }
}

impl std::error::Error for GraphError {}

/// Tasks and who waits for whom.
#[derive(Clone, Debug)]
pub struct Graph {
    /// Successors of task `t`: `targets[starts[t]..starts[t + 1]]`, most urgent first.
    starts: Box<[u32]>,
    targets: Box<[u32]>,
    /// Predecessors per task.
    pub(crate) waits: Box<[u32]>,
    /// Tasks without predecessors, most urgent first.
    pub(crate) roots: Box<[u32]>,
    /// Tasks without successors.
    pub(crate) leaves: u32,
    /// An order in which one thread can run them, most urgent first.
    pub(crate) serial: Box<[u32]>,
    /// Tasks that the caller may not run; empty where there is none.
    guarded: Box<[bool]>,
}

impl Graph {
    /// Most tasks of a graph; a run's cursor has room for so many.
    pub const MOST: usize = (1 << 20) - 1;

    /// Lays out a graph. `successors[t]` are the tasks that wait for task `t`, each named once; of those that
    /// are ready, tasks of higher `priority` run first.
    ///
    /// # Errors
    /// See [`GraphError`].
    pub fn new(successors: &[Vec<u32>], priority: &[u32]) -> Result<Graph, GraphError> {
        let tasks = successors.len();
        if tasks > Self::MOST {
            return Err(GraphError::TooMany { tasks });
        }
        if priority.len() != tasks {
            return Err(GraphError::Priorities);
        }
        let urgent = |task: &u32| std::cmp::Reverse(priority[*task as usize]);
        let mut waits = vec![0u32; tasks];
        let (mut starts, mut targets) = (vec![0u32], Vec::new());
        for (task, list) in successors.iter().enumerate() {
            let mut list = list.clone();
            if let Some(&successor) = list.iter().find(|&&successor| successor as usize >= tasks) {
                return Err(GraphError::NoSuchTask { task, successor });
            }
            list.sort_by_key(urgent);
            list.iter().for_each(|&successor| waits[successor as usize] += 1);
            targets.extend(list);
            starts.push(targets.len() as u32);
        }
        let mut roots: Vec<u32> = (0..tasks as u32).filter(|&task| waits[task as usize] == 0).collect();
        roots.sort_by_key(urgent);
        let leaves = successors.iter().filter(|list| list.is_empty()).count() as u32;
        let mut graph = Graph {
            starts: starts.into(),
            targets: targets.into(),
            waits: waits.into(),
            roots: roots.into(),
            leaves,
            serial: Box::new([]),
            guarded: Box::new([]),
        };
        graph.serial = graph.order()?;
        Ok(graph)
    }

    /// The same graph with these tasks *guarded*: as long as there are workers, only they run them, since a worker
    /// that does not return can be given up, and the caller cannot.
    #[must_use]
    pub fn guard(mut self, tasks: impl IntoIterator<Item = u32>) -> Graph {
        let mut guarded = vec![false; self.tasks()];
        for task in tasks {
            if let Some(flag) = guarded.get_mut(task as usize) {
                *flag = true;
            }
        }
        self.guarded = if guarded.contains(&true) { guarded.into() } else { Box::new([]) };
        self
    }

    /// Whether a task is guarded.
    pub(crate) fn is_guarded(&self, task: u32) -> bool {
        self.guarded.get(task as usize).copied().unwrap_or(false)
    }

    /// Whether any task is.
    pub(crate) fn any_guarded(&self) -> bool {
        !self.guarded.is_empty()
    }

    /// Number of tasks.
    pub fn tasks(&self) -> usize {
        self.waits.len()
    }

    /// Tasks that wait for a task, most urgent first.
    pub fn successors(&self, task: usize) -> &[u32] {
        &self.targets[self.starts[task] as usize..self.starts[task + 1] as usize]
    }

    /// Tasks that wait for none, most urgent first.
    pub fn roots(&self) -> &[u32] {
        &self.roots
    }

    /// The order in which one thread alone runs the tasks.
    pub fn serial_order(&self) -> &[u32] {
        &self.serial
    }

    /// Depth first, so that what a task wrote is still in the cache when its successor reads it.
    fn order(&self) -> Result<Box<[u32]>, GraphError> {
        let mut waits = self.waits.clone();
        let mut ready: Vec<u32> = self.roots.iter().rev().copied().collect();
        let mut order = Vec::with_capacity(self.tasks());
        while let Some(task) = ready.pop() {
            order.push(task);
            for &next in self.successors(task as usize).iter().rev() {
                waits[next as usize] -= 1;
                if waits[next as usize] == 0 {
                    ready.push(next);
                }
            }
        }
        if order.len() < self.tasks() { Err(GraphError::Cycle) } else { Ok(order.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_graphs_are_named() {
        assert_eq!(Graph::new(&[vec![1], vec![0]], &[0, 0]).unwrap_err(), GraphError::Cycle);
        assert_eq!(Graph::new(&[vec![0]], &[0]).unwrap_err(), GraphError::Cycle);
        let missing = GraphError::NoSuchTask { task: 0, successor: 3 };
        assert_eq!(Graph::new(&[vec![3]], &[0]).unwrap_err(), missing);
        assert_eq!(Graph::new(&[vec![]], &[]).unwrap_err(), GraphError::Priorities);
    }

    #[test]
    fn the_serial_order_is_urgent_first_and_depth_first() {
        let graph = Graph::new(&[vec![2], vec![3], vec![4], vec![4], vec![]], &[1, 9, 1, 9, 0]).unwrap();
        assert_eq!(graph.serial.as_ref(), [1, 3, 0, 2, 4]);
        assert_eq!((graph.roots.as_ref(), graph.leaves), (&[1, 0][..], 1));
    }
}
