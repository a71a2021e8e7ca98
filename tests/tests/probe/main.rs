//! The probe: findings, verdicts, pages, LSUV and sweeps.

mod any_error;
mod any_net;
mod around;
mod cases;
mod coordinates;
mod corpus;
mod depth;
mod healthy;
mod inspect;
mod lesson;
mod limits;
mod lsuv;
mod lsuv_layers;
mod many;
mod nothing;
mod page;
mod panics;
mod rehearsal;
mod reported;
mod signal;
mod start;
mod support;
mod untrained;
mod verdict;
