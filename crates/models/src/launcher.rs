//! Which worker of how many this process is, by what its launcher has set.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::part::Part;

/// A program that starts workers, and tells each its number in environment variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Launcher {
    /// PyTorch's `torchrun`, and what sets the same variables.
    Torchrun,
    /// Open MPI's `mpirun`.
    OpenMpi,
    /// MPICH's and Intel's `mpirun`.
    Mpich,
    /// IBM's `jsrun`.
    Jsrun,
    /// A step of Slurm, started by `srun`.
    Slurm,
    /// Flux.
    Flux,
    /// An array job of AWS Batch.
    AwsBatch,
    /// An array job of LSF.
    Lsf,
    /// An array job of Slurm, which does not tell how many tasks the whole has.
    SlurmArray,
    /// An Indexed Job of Kubernetes, which does not tell how many.
    Kubernetes,
}

/// How a launcher tells a worker what it is.
struct Variables {
    launcher: Launcher,
    name: &'static str,
    rank: &'static str,
    /// Nothing where no variable can be trusted: the count of an array that is run again in part is that of the part.
    world: Option<&'static str>,
    /// The number of the first worker.
    first: usize,
    /// Launchers start workers inside what the next level has started.
    level: u8,
}

const fn variables(
    launcher: Launcher,
    name: &'static str,
    rank: &'static str,
    world: Option<&'static str>,
    first: usize,
    level: u8,
) -> Variables {
    Variables { launcher, name, rank, world, first, level }
}

/// Innermost first. A batch script of Slurm has a rank and a count too, and is no worker: only steps have the count of the
/// step. Open MPI's universe is no count of workers.
const KNOWN: [Variables; 10] = [
    variables(Launcher::Torchrun, "torchrun", "RANK", Some("WORLD_SIZE"), 0, 0),
    variables(Launcher::OpenMpi, "openmpi", "OMPI_COMM_WORLD_RANK", Some("OMPI_COMM_WORLD_SIZE"), 0, 0),
    variables(Launcher::Mpich, "mpich", "PMI_RANK", Some("PMI_SIZE"), 0, 0),
    variables(Launcher::Jsrun, "jsrun", "JSM_NAMESPACE_RANK", Some("JSM_NAMESPACE_SIZE"), 0, 0),
    variables(Launcher::Slurm, "slurm", "SLURM_PROCID", Some("SLURM_STEP_NUM_TASKS"), 0, 1),
    variables(Launcher::Flux, "flux", "FLUX_TASK_RANK", Some("FLUX_JOB_SIZE"), 0, 1),
    variables(
        Launcher::AwsBatch,
        "aws-batch",
        "AWS_BATCH_JOB_ARRAY_INDEX",
        Some("AWS_BATCH_JOB_ARRAY_SIZE"),
        0,
        2,
    ),
    variables(Launcher::Lsf, "lsf", "LSB_JOBINDEX", Some("LSB_JOBINDEX_END"), 1, 2),
    variables(Launcher::SlurmArray, "slurm-array", "SLURM_ARRAY_TASK_ID", None, 0, 2),
    variables(Launcher::Kubernetes, "kubernetes", "JOB_COMPLETION_INDEX", None, 0, 2),
];

impl Launcher {
    fn variables(self) -> Option<&'static Variables> {
        KNOWN.iter().find(|known| known.launcher == self)
    }

    /// All names, as the command line has them.
    pub fn names() -> impl Iterator<Item = &'static str> {
        KNOWN.iter().map(|known| known.name)
    }
}

impl fmt::Display for Launcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.variables().map_or("", |known| known.name))
    }
}

impl FromStr for Launcher {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let found = KNOWN.iter().find(|known| known.name == text);
        found.map(|known| known.launcher).ok_or_else(|| Error::Part {
            what: format!("`{text}` is no launcher"),
            required: "torchrun, openmpi, mpich, jsrun, slurm, flux, aws-batch, lsf, slurm-array, kubernetes or auto is required".into(),
        })
    }
}

/// The part that this process is to make: by `launcher`, or by whichever has set its variables. `world` is how many
/// workers there are, where the launcher does not tell.
///
/// ```
/// use candle_init_models::{Launcher, part_of};
/// let environment = |name: &str| match name {
///     "OMPI_COMM_WORLD_RANK" => Some("2".to_string()),
///     "OMPI_COMM_WORLD_SIZE" => Some("8".to_string()),
///     _ => None,
/// };
/// let (launcher, part) = part_of(None, None, &environment)?;
/// assert_eq!((launcher, part.rank(), part.world()), (Launcher::OpenMpi, 2, 8));
/// # Ok::<(), candle_init_models::Error>(())
/// ```
///
/// # Errors
/// [`Error::Part`] where nothing is set, where two launchers of one kind say different things, and where the count is not
/// known: never a fraction of a model that nobody asked for.
pub fn part_of(
    launcher: Option<Launcher>,
    world: Option<usize>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<(Launcher, Part)> {
    let known = KNOWN.iter().filter(|known| launcher.is_none_or(|launcher| launcher == known.launcher));
    let mut said = Vec::new();
    for variables in known {
        said.extend(said_by(variables, world, environment)?);
    }
    let Some(innermost) = said.iter().map(|said| said.variables.level).min() else {
        let what = launcher.map_or("no launcher has set its variables".into(), |launcher| {
            format!("{launcher} has not set its variables")
        });
        let in_slurm = environment("SLURM_JOB_ID").is_some();
        return Err(Error::Part { what, required: if in_slurm { BATCH } else { NOBODY }.into() });
    };
    said.retain(|said| said.variables.level == innermost);
    match said.as_slice() {
        [first, rest @ ..] => {
            if let Some(other) =
                rest.iter().find(|other| (other.rank, other.world) != (first.rank, first.world))
            {
                let what = format!("{first} and {other}");
                return Err(Error::Part {
                    what,
                    required: "one of them is required: name the launcher, `--launcher openmpi`".into(),
                });
            }
            first.part().map(|part| (first.variables.launcher, part))
        }
        [] => Err(Error::Part { what: "no launcher".into(), required: "a launcher is required".into() }),
    }
}

const NOBODY: &str = "start the workers by a launcher, or say which one this is: `--rank 0 --world 8`";
const BATCH: &str = "this is Slurm's batch script, and no worker: start them by `srun`, or say which one this is: `--rank 0 --world 8`";

/// What one launcher says.
struct Said {
    variables: &'static Variables,
    rank: usize,
    world: Option<usize>,
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { variables, rank, world } = self;
        write!(f, "{} says rank {rank}", variables.name)?;
        world.map_or(Ok(()), |world| write!(f, " of {world}"))
    }
}

impl Said {
    fn part(&self) -> Result<Part> {
        let world = self.world.ok_or_else(|| Error::Part {
            what: format!("{self} and not of how many"),
            required: "the number of workers of the whole is required: `--world 8`".into(),
        })?;
        Part::new(self.rank, world)
    }
}

fn said_by(
    variables: &'static Variables,
    world: Option<usize>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<Said>> {
    let number = |name: &'static str| -> Result<Option<usize>> {
        environment(name).filter(|text| !text.is_empty()).map(|text| text.trim().parse()).transpose().map_err(
            |_| Error::Part {
                what: format!("{name} is `{}`", environment(name).unwrap_or_default()),
                required: "a number is required there; say which worker this is by `--rank` and `--world`"
                    .into(),
            },
        )
    };
    let Some(rank) = number(variables.rank)? else { return Ok(None) };
    // LSF numbers tasks from 1, and a job that is no array has 0.
    let Some(rank) = rank.checked_sub(variables.first) else { return Ok(None) };
    let told = variables.world.map(number).transpose()?.flatten();
    match (told, world) {
        (None, _) if variables.world.is_some() => Ok(None),
        (Some(told), Some(world)) if told != world => Err(Error::Part {
            what: format!("{} says {told} workers, and `--world` {world}", variables.name),
            required: "one number of workers is required".into(),
        }),
        (told, world) => Ok(Some(Said { variables, rank, world: told.or(world) })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(set: &[(&str, &str)], world: Option<usize>) -> Result<(String, usize, usize)> {
        let environment =
            |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string());
        part_of(None, world, &environment)
            .map(|(launcher, part)| (launcher.to_string(), part.rank(), part.world()))
    }

    #[test]
    fn each_launcher_is_read_by_its_own_variables() {
        for known in &KNOWN {
            let rank = (2 + known.first).to_string();
            let mut set = vec![(known.rank, rank.as_str())];
            set.extend(known.world.map(|name| (name, "5")));
            assert_eq!(part(&set, Some(5)).unwrap(), (known.name.to_string(), 2, 5));
            assert_eq!(known.name.parse::<Launcher>().unwrap(), known.launcher);
        }
    }

    #[test]
    fn what_would_be_a_fraction_of_a_model_is_refused() {
        // A batch script of Slurm is no worker.
        let batch = part(&[("SLURM_JOB_ID", "7"), ("SLURM_PROCID", "0"), ("SLURM_NTASKS", "4")], None);
        assert!(batch.unwrap_err().to_string().contains("srun"));
        // One task of an array, run again: its count is 1.
        let again = [("SLURM_ARRAY_TASK_ID", "5"), ("SLURM_ARRAY_TASK_COUNT", "1")];
        assert!(part(&again, None).unwrap_err().to_string().contains("--world"));
        assert_eq!(part(&again, Some(8)).unwrap().1, 5);
        assert!(part(&again, Some(5)).is_err());
        assert!(part(&[("JOB_COMPLETION_INDEX", "0")], None).is_err());
        assert!(part(&[("LSB_JOBINDEX", "0"), ("LSB_JOBINDEX_END", "0")], None).is_err());
        assert!(part(&[], None).is_err());
        assert!(part(&[("RANK", "first"), ("WORLD_SIZE", "2")], None).is_err());
        assert!(part(&[("RANK", "0"), ("WORLD_SIZE", "2")], Some(3)).is_err());
    }

    #[test]
    fn the_innermost_counts_and_equals_have_to_agree() {
        let slurm = [("SLURM_PROCID", "0"), ("SLURM_STEP_NUM_TASKS", "1")];
        let mpi = [("OMPI_COMM_WORLD_RANK", "3"), ("OMPI_COMM_WORLD_SIZE", "4")];
        assert_eq!(part(&[slurm, mpi].concat(), None).unwrap(), ("openmpi".into(), 3, 4));
        let same = [("RANK", "3"), ("WORLD_SIZE", "4")];
        assert_eq!(part(&[same, mpi].concat(), None).unwrap().0, "torchrun");
        let other = [("RANK", "0"), ("WORLD_SIZE", "1")];
        assert!(part(&[other, mpi].concat(), None).unwrap_err().to_string().contains("openmpi"));
    }
}
