//! stub
use std::sync::Arc;
#[derive(Default, Debug)]
pub struct Config {
    pub workers: Option<usize>,
}
pub struct Pool;
impl Pool {
    pub fn shared(_: &Config) -> Arc<Pool> {
        Arc::new(Pool)
    }
    pub fn new(_: &Config) -> Arc<Pool> {
        Arc::new(Pool)
    }
    pub fn workers(&self) -> usize {
        0
    }
    pub fn client(self: &Arc<Self>) -> Result<Client, String> {
        Ok(Client)
    }
}
pub trait Job: Send + Sync + 'static {
    fn run(&self, task: usize, seat: usize);
}
pub struct Graph {
    order: Vec<usize>,
}
impl Graph {
    pub fn new(s: &[Vec<u32>], _p: &[u32]) -> Result<Graph, String> {
        let mut waits = vec![0; s.len()];
        for l in s {
            for &n in l {
                waits[n as usize] += 1;
            }
        }
        let mut ready: Vec<usize> = (0..s.len()).filter(|&t| waits[t] == 0).collect();
        let mut order = vec![];
        while let Some(t) = ready.pop() {
            order.push(t);
            for &n in &s[t] {
                waits[n as usize] -= 1;
                if waits[n as usize] == 0 {
                    ready.push(n as usize);
                }
            }
        }
        if order.len() < s.len() {
            return Err("cycle".into());
        }
        Ok(Graph { order })
    }
}
pub struct Flow<J: Job> {
    graph: Graph,
    job: J,
}
impl<J: Job> Flow<J> {
    pub fn new(graph: Graph, job: J) -> Arc<Flow<J>> {
        Arc::new(Flow { graph, job })
    }
    pub fn job(&self) -> &J {
        &self.job
    }
}
pub struct Client;
pub struct Hint {
    pub serial_ns: u32,
    pub useful: u32,
    pub period_ns: u32,
    pub deadline_ns: Option<u32>,
}
impl Client {
    pub fn run<J: Job>(&mut self, f: &Arc<Flow<J>>, _h: &Hint) {
        for &t in &f.graph.order {
            f.job.run(t, 0);
        }
    }
}
pub struct FlushDenormals;
impl FlushDenormals {
    pub fn enter() -> FlushDenormals {
        FlushDenormals
    }
}
