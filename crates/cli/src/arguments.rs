//! What the command line takes.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::place::here;

/// Whole models from scratch: plan them, make them in parts, byte for byte the same everywhere, and verify them.
#[derive(Debug, Parser)]
#[command(name = "candle-init", version, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  candle-init plan config.json --seed 42             what would be made; writes nothing
  candle-init make config.json --seed 42 -o out/     a folder that transformers, vLLM and candle load
  candle-init verify out/                            bit for bit

Exit status: 0 done, 1 a check failed, 2 wrong usage, 3 refused, 4 input or output.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show each tensor, its initializer and why, and the files; write nothing
    #[command(after_help = PLAN)]
    Plan(PlanArguments),
    /// Make the files of a model, or one worker's part of them
    #[command(after_help = MAKE)]
    Make(MakeArguments),
    /// Check that all parts are there, and write the index
    Finish(FinishArguments),
    /// Write one rank's parts of all tensors, as torch's distributed checkpoints read them
    #[command(after_help = SHARDS)]
    Shards(ShardsArguments),
    /// Draw every tensor again and compare it with a folder, bit for bit
    Verify(VerifyArguments),
    /// Look for what is wrong with any checkpoint: zeros, twins, norms, scales
    #[command(after_help = INSPECT)]
    Inspect(InspectArguments),
    /// Compare two checkpoints, tensor by tensor
    Diff(DiffArguments),
    /// List the model types whose config is enough, or print the initializers of one
    Families {
        /// A `model_type`, such as `llama`
        name: Option<String>,
    },
    /// Write manual pages, one a command
    Man {
        /// The folder
        #[arg(short, long, value_name = "FOLDER")]
        output: PathBuf,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

const PLAN: &str = "\
Examples:
  candle-init plan config.json --seed 42
  candle-init plan config.json --seed 42 --files 8 --json > plan.json    the contract of eight workers
  candle-init plan --like bert-base/ --recipe bert --seed 42
  candle-init plan --shapes shapes.json --rule '*norm.weight=ones' --rule '*.weight=he_normal' --rule '*.bias=zeros' --seed 1";

const MAKE: &str = "\
Examples:
  candle-init make config.json --seed 42 -o out/
  candle-init make --from bert-base/ config.json --rule 'classifier.weight=normal(std=0.02)' --rule 'classifier.bias=zeros' \
      --grow '*word_embeddings.weight=mean' --seed 42 -o out/     what bert-base has, a new head, more words
  candle-init make plan.json -o out/ --rank 3 --world 8        one of eight workers; then `candle-init finish`
  mpirun -n 8 candle-init make plan.json -o out/ --launcher auto
  sbatch --array=0-7 --wrap 'candle-init make plan.json -o out/ --rank $SLURM_ARRAY_TASK_ID --world 8'
  candle-init make plan.json -o s3://bucket/model              by credentials of the environment; also gs:// and az://

A run that was killed is resumed by running it again.";

const SHARDS: &str = "\
Examples:
  candle-init shards plan.json --tp 4 --rank 2 -o shards/         rows and columns of a decoder's projections
  candle-init shards plan.json --tp 4 --rank 2 --split '*.fc1.weight=0' --split '*.fc2.weight=1' -o shards/
  candle-init shards plan.json --tp 4 --rank 2 --pp 2 --stage 1 -o shards/      of the last half of the layers, and the head
  candle-init shards plan.json --fsdp 8 --rank 0 -o shards/       the first dimension of everything, by torch.chunk
  candle-init shards plan.json --tp 2 --fsdp 4 --rank 7 -o shards/      the same over tensor parallel, of 8 ranks
  candle-init shards plan.json --tp 4 --ep 4 --rank 1 -o shards/        whole experts, all else tensor parallel";

const INSPECT: &str = "\
Examples:
  candle-init inspect out/                        a table of all parameters, and what is wrong with them
  candle-init inspect out/ --html page.html       one file without scripts, for any browser
  candle-init inspect out/ --json | jq '.findings[].place'

It leaves with 1 where something keeps the model, or a part of it, from training.";

/// Which model, and how it starts.
#[derive(Args, Debug)]
pub(crate) struct ModelArguments {
    /// A config.json of transformers, or a plan that `plan --json` wrote
    #[arg(value_name = "CONFIG|PLAN")]
    pub(crate) input: Option<PathBuf>,
    /// Take names, shapes and dtypes from a checkpoint: a file, an index or a folder
    #[arg(long, value_name = "CHECKPOINT", conflicts_with = "shapes", value_parser = here())]
    pub(crate) like: Option<PathBuf>,
    /// Take them from a JSON object: {"name": [4, 3]} or {"name": {"shape": [4, 3], "dtype": "BF16"}}
    #[arg(long, value_name = "FILE")]
    pub(crate) shapes: Option<PathBuf>,
    /// The seed
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) seed: Option<u64>,
    /// A blueprint of your own for the config, in a TOML file
    #[arg(long, value_name = "FILE", requires = "input", conflicts_with_all = ["like", "shapes"])]
    pub(crate) blueprint: Option<PathBuf>,
    /// The recipe, by family or model_type, where the config does not tell, or where a checkpoint is loaded
    #[arg(long, value_name = "NAME")]
    pub(crate) recipe: Option<String>,
    /// An initializer in a TOML or JSON file; its rules come before those of the recipe
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Option<PathBuf>,
    /// A rule, before all others; may be given more than once, and the first that matches counts
    #[arg(long = "rule", value_name = "PATTERN=RULE")]
    pub(crate) rule: Vec<String>,
    /// The dtype of the weights: F32, BF16, F16, F64
    #[arg(long)]
    pub(crate) dtype: Option<String>,
    /// Leave out the tensors that match: of the model or, with `--from`, of the checkpoint
    #[arg(long, value_name = "PATTERN")]
    pub(crate) skip: Vec<String>,
    /// Load what a checkpoint has: a file, an index or a folder. What it lacks needs a `--rule`, or a `--recipe`
    #[arg(long, value_name = "CHECKPOINT", value_parser = here())]
    pub(crate) from: Option<PathBuf>,
    /// What the checkpoint calls one way is what the model asks for as another: 'bert.*=model.*'
    #[arg(long, value_name = "OLD=NEW", requires = "from")]
    pub(crate) rename: Vec<String>,
    /// How new rows start where the model has more than the checkpoint: mean, mean_and_covariance, rule
    #[arg(long, value_name = "PATTERN=HOW", requires = "from")]
    pub(crate) grow: Vec<String>,
    /// A field of the config that changes no name and no shape
    #[arg(long, value_name = "FIELD")]
    pub(crate) ignore: Vec<String>,
    /// The most bytes of a file: 5GB, 500MB
    #[arg(long, value_name = "SIZE", conflicts_with = "files")]
    pub(crate) max_file_size: Option<String>,
    /// The number of files, so that as many workers have one each
    #[arg(long, value_name = "N")]
    pub(crate) files: Option<usize>,
    /// What the names of files begin with
    #[arg(long, default_value = "model")]
    pub(crate) stem: String,
}

#[derive(Args, Debug)]
pub(crate) struct PlanArguments {
    #[command(flatten)]
    pub(crate) model: ModelArguments,
    /// Write the plan as JSON to standard output
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct MakeArguments {
    #[command(flatten)]
    pub(crate) model: ModelArguments,
    /// The folder, or s3://BUCKET/PREFIX, gs://, az:// (where built with the feature object-store)
    #[arg(short, long, value_name = "FOLDER|URL")]
    pub(crate) output: PathBuf,
    /// Which worker this is, from 0
    #[arg(long, requires = "world", conflicts_with = "launcher")]
    pub(crate) rank: Option<usize>,
    /// How many workers there are
    #[arg(long)]
    pub(crate) world: Option<usize>,
    /// Ask the launcher which worker this is: auto, torchrun, openmpi, mpich, jsrun, slurm, flux, aws-batch, lsf, slurm-array,
    /// kubernetes
    #[arg(long, value_name = "NAME")]
    pub(crate) launcher: Option<String>,
    /// Replace files of another model that are in the way
    #[arg(long)]
    pub(crate) force: bool,
    /// Say what was done as JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
    /// Show no progress
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

#[derive(Args, Debug)]
pub(crate) struct FinishArguments {
    /// The plan that the workers had
    pub(crate) plan: PathBuf,
    /// The folder or the object store that they filled
    #[arg(short, long, value_name = "FOLDER|URL")]
    pub(crate) output: PathBuf,
    /// Remove files of another model that are in the way
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ShardsArguments {
    /// The plan
    pub(crate) plan: PathBuf,
    /// The folder, or s3://BUCKET/PREFIX, gs://, az:// (where built with the feature object-store)
    #[arg(short, long, value_name = "FOLDER|URL")]
    pub(crate) output: PathBuf,
    /// Tensor parallel, over so many ranks
    #[arg(long, value_name = "RANKS", required_unless_present_any = ["ep", "fsdp", "pp"])]
    pub(crate) tp: Option<usize>,
    /// Expert parallel: whole experts over so many ranks, which are those of `--tp` where both are given
    #[arg(long, value_name = "RANKS")]
    pub(crate) ep: Option<usize>,
    /// Fully sharded: so many ranks share what `--tp` and `--ep` leave to one
    #[arg(long, value_name = "RANKS")]
    pub(crate) fsdp: Option<usize>,
    /// Which rank, from 0; with `--tp 2 --fsdp 4`, ranks 0 and 1 are tensor parallel
    #[arg(long, required_unless_present = "pp")]
    pub(crate) rank: Option<usize>,
    /// Pipeline parallel: layers over so many stages; `--tp`, `--ep` and `--fsdp` within each
    #[arg(long, value_name = "STAGES", requires = "stage")]
    pub(crate) pp: Option<usize>,
    /// Which stage, from 0
    #[arg(long, requires = "pp")]
    pub(crate) stage: Option<usize>,
    /// How many layers each stage has, where they cannot have as many each: 10,9,9
    #[arg(long, value_delimiter = ',', requires = "pp")]
    pub(crate) layers: Vec<usize>,
    /// Where ranks cannot share the rows of the vocabulary, pad them with rows of zeros
    #[arg(long, requires = "tp")]
    pub(crate) pad_vocab: bool,
    /// What is split along which dimension, instead of what is known of decoders
    #[arg(long, value_name = "PATTERN=DIM", requires = "tp")]
    pub(crate) split: Vec<String>,
    /// The checkpoint, where the plan loads from one
    #[arg(long, value_name = "CHECKPOINT", value_parser = here())]
    pub(crate) from: Option<PathBuf>,
    /// Show no progress
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

#[derive(Args, Debug)]
pub(crate) struct VerifyArguments {
    /// The folder, or s3://BUCKET/PREFIX, gs://, az://
    #[arg(value_name = "FOLDER|URL")]
    pub(crate) folder: PathBuf,
    /// The plan, where it is not the one that lies in the folder
    #[arg(long)]
    pub(crate) plan: Option<PathBuf>,
    /// The checkpoint, where the plan loads from one
    #[arg(long, value_name = "CHECKPOINT", value_parser = here())]
    pub(crate) from: Option<PathBuf>,
    /// Say what was found as JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
    /// Show no progress
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

#[derive(Args, Debug)]
pub(crate) struct InspectArguments {
    /// A file, an index or a folder
    #[arg(value_parser = here())]
    pub(crate) checkpoint: PathBuf,
    /// Say what was found as JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
    /// Write a page with what was found, with histograms, instead of the table
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Show no progress
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

#[derive(Args, Debug)]
pub(crate) struct DiffArguments {
    /// One checkpoint: a file, an index or a folder
    #[arg(value_parser = here())]
    pub(crate) first: PathBuf,
    /// The other
    #[arg(value_parser = here())]
    pub(crate) second: PathBuf,
    /// Say what was found as JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn arguments_go_together() {
        super::Arguments::command().debug_assert();
    }
}
