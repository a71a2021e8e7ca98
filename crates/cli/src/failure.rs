//! Why the program ends without having done what it was asked, and its exit status.

use std::io;
use std::process::ExitCode;

use candle_init_models::Error;

use crate::flags::in_flags;

/// What ends the program.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What was checked is not as it should be; everything has been said.
    Found,
    /// What was asked is no use of the program.
    Usage(String),
    /// It would not be right to go on.
    Refused(String),
    /// Input or output.
    System(String),
    /// Whoever reads has heard enough.
    Closed,
}

impl Failure {
    /// Says why on standard error; the exit status.
    pub(crate) fn report(&self) -> ExitCode {
        let (text, status) = match self {
            Self::Found => (None, 1),
            Self::Usage(text) => (Some(text), 2),
            Self::Refused(text) => (Some(text), 3),
            Self::System(text) => (Some(text), 4),
            Self::Closed => (None, 0),
        };
        if let Some(text) = text {
            eprintln!("candle-init: {text}");
        }
        ExitCode::from(status)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        use candle_init_checkpoint::Error as Checkpoint;
        let text = in_flags(&error).unwrap_or_else(|| error.to_string());
        match error {
            Error::System { .. }
            | Error::Checkpoint(Checkpoint::NotFound { .. } | Checkpoint::Unreadable { .. }) => {
                Self::System(text)
            }
            _ => Self::Refused(text),
        }
    }
}

impl From<candle_init_checkpoint::Error> for Failure {
    fn from(error: candle_init_checkpoint::Error) -> Self {
        Error::from(error).into()
    }
}

impl From<candle_init::Error> for Failure {
    fn from(error: candle_init::Error) -> Self {
        Error::from(error).into()
    }
}

impl From<candle_init_probe::Error> for Failure {
    fn from(error: candle_init_probe::Error) -> Self {
        use candle_init_probe::Error as Probe;
        match error {
            Probe::Checkpoint(error) => (*error).into(),
            Probe::File { .. } => Self::System(error.to_string()),
            _ => Self::Refused(error.to_string()),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::System(error.to_string()),
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        io::Error::from(error).into()
    }
}
