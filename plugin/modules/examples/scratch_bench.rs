use manycord_modules::*;
use std::time::Instant;
fn run(id:&str, moving:bool, voct:bool, wanted:u32){
 let kind=find(id).unwrap(); let mut u=kind.make(&Setup{sample_rate:48000.0,seed:1,mono:false});
 let mut inputs=vec![Signal::default();kind.spec.inputs.len()];
 let mut params=vec![Signal::default();kind.spec.params.len()];
 for (i,p) in kind.spec.params.iter().enumerate(){params[i].hold(Group::splat(p.default));}
 params[1].hold(Group::splat(0.7));
 let mut x=1u32; for f in 0..64{ x=x.wrapping_mul(1664525).wrapping_add(1013904223); inputs[0].moving()[f]=Group::from_fn(|l| (x>>(8+l)) as f32/1e6-5.0);
  if moving {params[0].moving()[f]=Group::splat(1000.0+f as f32*10.0);} if voct {inputs[1].moving()[f]=Group::splat(f as f32*0.01);} }
 let mut outs=vec![[Group::ZERO;BLOCK];kind.spec.outputs.len()];
 let host=Host::default(); let mut best=f64::MAX;
 for _ in 0..1500{ let t=Instant::now(); let n=20;
  for _ in 0..n{ let mut io=Io{inputs:&inputs,params:&params,outputs:&mut outs,events:&[],host:&host,patched:3,wanted}; u.process(&mut io,0..64);} 
  best=best.min(t.elapsed().as_secs_f64()*1e9/(n as f64*64.0*8.0)); }
 println!("{id} moving cutoff {moving} voct {voct}: {best:.2} ns/sample/voice  ({})",outs[0][5][0]);
}
fn main(){ let mut best=f64::MAX; for _ in 0..300{ let t=Instant::now(); let mut x=std::hint::black_box(1.0f32); let m=std::hint::black_box(1.0000001f32); for _ in 0..100000{ x*=m; } std::hint::black_box(x); best=best.min(t.elapsed().as_secs_f64()); } println!("effective GHz by mul latency 3: {:.2}", 3e5/best/1e9); for id in ["ladder","svf"]{ run(id,false,false,u32::MAX); run(id,true,false,u32::MAX); run(id,true,true,u32::MAX);} }
