//! The project itself: its pages say what the code does.

mod dependencies;
mod init_table;
mod pages;
mod probe_table;
mod stages;
mod structure;
mod targets;
