//! What a user states: rules, defaults, and what no request shows.

use candle_core::Shape;
use candle_init_checkpoint::Checkpoint;

use crate::error::Error;
use crate::layer::Layer;
use crate::model::initializer::Initializer;
use crate::model::plan::Plan;
use crate::policy::pattern::Pattern;
use crate::policy::prescription::Prescription;
use crate::policy::{Framework, Growth};
use crate::recipe::Recipe;
use crate::rule::Rule;

impl Initializer {
    /// The default for weights: what linear, recurrent and convolution layers get unless a rule says otherwise.
    /// Embeddings, norms and biases keep their own.
    ///
    /// A text that cannot be read (`"he_nromal"`) is reported by the next call that can fail.
    #[must_use]
    pub fn weights<R>(mut self, rule: R) -> Self
    where
        R: TryInto<Rule>,
        Error: From<R::Error>,
    {
        self.policy.weights = self.read(rule.try_into());
        self
    }

    /// Gives every parameter whose dotted path matches `pattern` this rule. The first match wins.
    ///
    /// `*` stands for any text, dots included; `?` for one character; `[0-9]` for a set; `{a,b}` for either.
    /// A pattern or a text that cannot be read is reported by the next call that can fail, and a rule that decides for
    /// no parameter (none matches, earlier rules take all, or only running statistics match) by [`report`](Self::report)
    /// and [`plan`](Self::plan).
    ///
    /// ```
    /// use candle_init::{Initializer, init};
    /// let init = Initializer::new(42).rule("head.weight", init::GLOROT_UNIFORM).rule("*.bias", "zeros");
    /// ```
    #[must_use]
    pub fn rule<R>(mut self, pattern: &str, rule: R) -> Self
    where
        R: TryInto<Rule>,
        Error: From<R::Error>,
    {
        let (pattern, rule) = (self.read::<_, Error>(Pattern::new(pattern)), self.read(rule.try_into()));
        self.policy.rules.extend(pattern.zip(rule));
        self
    }

    /// States what kind of layer the matching parameters belong to, where name, shape and hint cannot tell: the
    /// gates of a recurrent layer, a stride, groups. Their rule stays as it is decided; the first match wins.
    /// Gates apply to the parameters of recurrent layers only, so `"*"` may state them for a whole model.
    ///
    /// ```
    /// use candle_init::{Framework, Initializer, Layer};
    /// let init = Initializer::new(42).defaults(Framework::PyTorch).layer("*", Layer::GRU);
    /// ```
    #[must_use]
    pub fn layer(mut self, pattern: &str, layer: Layer) -> Self {
        let pattern = self.read(Pattern::new(pattern));
        self.policy.layers.extend(pattern.map(|pattern| (pattern, layer)));
        self
    }

    /// Gives every layer of `candle_nn` what the same layer has in another framework, weights and biases,
    /// unless a rule or [`weights`](Self::weights) says otherwise.
    #[must_use]
    pub fn defaults(mut self, framework: Framework) -> Self {
        self.policy.framework = Some(framework);
        self
    }

    /// Accepts what strictness refuses: uncovered parameters start at zero, as with candle alone, and rules
    /// may match nothing; of two layers that share a parameter by name, the first decides. The report still marks the
    /// uncovered ones.
    #[must_use]
    pub fn lenient(mut self) -> Self {
        self.policy.lenient = true;
        self
    }

    /// Lets decisions use the names and shapes of a whole model: the gates of its recurrent layers, the weight beside a
    /// bias. [`build`](Self::build) does this by itself.
    #[must_use]
    pub fn with_plan(mut self, plan: &Plan) -> Self {
        self.policy.model = Some(plan.shapes.clone());
        self
    }

    /// Lets the model do without the parameters that match: it is told that they do not exist.
    ///
    /// Some constructors try to fetch a parameter and go another way where they cannot, such as ConvNeXt's, which has a layer
    /// scale or not. What is not stated here and could not be had is an error of [`report`](Self::report).
    ///
    /// ```
    /// use candle_init::{Initializer, init};
    /// let init = Initializer::new(42).weights(init::HE_NORMAL).absent("*.gamma");
    /// ```
    #[must_use]
    pub fn absent(mut self, pattern: &str) -> Self {
        let pattern = self.read(Pattern::new(pattern));
        self.policy.existence.absent.extend(pattern.map(|pattern| (pattern, ())));
        self
    }

    /// States the shape of parameters that a model asks for without one (RWKV-7 reads its ranks off them).
    ///
    /// ```
    /// use candle_init::{Initializer, init};
    /// let init = Initializer::new(42).shape("blocks.0.att.w1", (768, 64)).rule("*", init::normal(0.0, 0.02));
    /// ```
    #[must_use]
    pub fn shape(mut self, pattern: &str, shape: impl Into<Shape>) -> Self {
        let pattern = self.read(Pattern::new(pattern));
        self.policy.existence.shapes.extend(pattern.map(|pattern| (pattern, shape.into())));
        self
    }

    /// Makes `name` another name of the parameter `of`: one variable, kept, reported and given to optimizers as `of`.
    ///
    /// ```
    /// use candle_core::{DType, Device};
    /// use candle_init::{Initializer, init};
    /// let vars = candle_nn::VarMap::new();
    /// let init = Initializer::new(42).tie("head.weight", "embed.weight").rule("embed.weight", init::normal(0.0, 0.02));
    /// let vb = init.var_builder(&vars, DType::F32, &Device::Cpu);
    /// let embed = candle_nn::embedding(100, 8, vb.pp("embed"))?;
    /// let head = candle_nn::linear_no_bias(8, 100, vb.pp("head"))?;
    /// assert_eq!(embed.embeddings().id(), head.weight().id());
    /// # Ok::<(), candle_core::Error>(())
    /// ```
    #[must_use]
    pub fn tie(mut self, name: &str, of: &str) -> Self {
        self.policy.existence.ties.push((name.into(), of.into()));
        self
    }

    /// Keeps the parameters that match out of [`trainable`](Self::trainable), and marks them in plan and report.
    #[must_use]
    pub fn frozen(mut self, pattern: &str) -> Self {
        let pattern = self.read(Pattern::new(pattern));
        self.policy.frozen.extend(pattern.map(|pattern| (pattern, ())));
        self
    }

    /// The same rules for another model: its values are those that it would have under this path, while rules match the
    /// paths as the model writes them. Equal models of one seed are equal; members of an ensemble, two critics, need scopes.
    ///
    /// ```
    /// # use candle_core::{DType, Device};
    /// use candle_init::{Initializer, init};
    /// let init = Initializer::new(42).weights(init::HE_NORMAL);
    /// let draw = |init: &Initializer| init.tensor("fc.weight", (4, 4), init::HE_NORMAL, DType::F32, &Device::Cpu);
    /// let (first, second) = (draw(&init.scope("critic1"))?, draw(&init.scope("critic2"))?);
    /// assert_ne!(first.to_vec2::<f32>()?, second.to_vec2::<f32>()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn scope(&self, path: &str) -> Self {
        let mut scoped = self.clone();
        scoped.policy.scope = Some(self.policy.stream_name(path).into_owned());
        scoped
    }

    /// Loads the parameters that a checkpoint has, converted to the dtype that the model asks for; the others are made as
    /// without it, and nothing that was loaded is drawn.
    ///
    /// Strict: a parameter that the checkpoint lacks needs a [rule](Self::rule) or [`weights`](Self::weights) that says what
    /// it starts at, a tensor of another shape is an error (see [`grow`](Self::grow)), and plan and report list the tensors
    /// that the model never asked for. Of several checkpoints the first that has a tensor gives it.
    ///
    /// ```
    /// # use candle_core::{DType, Device};
    /// use candle_init::{Checkpoint, Initializer, init};
    /// # let file = std::env::temp_dir().join(format!("load-{}.safetensors", std::process::id()));
    /// # let vars = candle_nn::VarMap::new();
    /// # candle_nn::linear(8, 4, Initializer::new(1).var_builder(&vars, DType::BF16, &Device::Cpu).pp("bert.fc"))?;
    /// # vars.save(&file)?;
    /// let backbone = Checkpoint::open(&file)?.rename("bert.*", "model.*")?;
    /// let init = Initializer::new(42)
    ///     .load(backbone)
    ///     .rule("head.weight", init::GLOROT_UNIFORM)
    ///     .rule("head.bias", init::ZEROS)
    ///     .frozen("model.*");
    /// let vars = candle_nn::VarMap::new();
    /// let vb = init.var_builder(&vars, DType::F32, &Device::Cpu);
    /// let model = candle_nn::linear(8, 4, vb.pp("model.fc"))?;
    /// let head = candle_nn::linear(4, 2, vb.pp("head"))?;
    /// assert_eq!(init.trainable(&vars).len(), 2);
    /// println!("{}", init.report(&vars)?); // loaded 2, initialized 2
    /// # std::fs::remove_file(file).ok();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn load(mut self, checkpoint: Checkpoint) -> Self {
        self.policy.loading.checkpoints.push(checkpoint);
        self
    }

    /// Says how the new rows start where a parameter that matches has more rows than its checkpoint: the old ones are kept to
    /// the bit.
    #[must_use]
    pub fn grow(mut self, pattern: &str, growth: Growth) -> Self {
        let pattern = self.read(Pattern::new(pattern));
        self.policy.loading.grown.extend(pattern.map(|pattern| (pattern, growth)));
        self
    }

    /// Gives parameters what a [recipe](Recipe) says, unless one's own [rules](Self::rule) do. The first match wins, of
    /// several recipes in the order of the calls; a rule of a recipe may match nothing. Its optional parameters exist, or do
    /// not, and its ties are tied.
    #[must_use]
    pub fn recipe(mut self, recipe: Recipe) -> Self {
        let (exists, ties) = (recipe.exists().to_vec(), recipe.ties().to_vec());
        self.policy.existence.family.extend(exists);
        self.policy.existence.family_ties.extend(ties);
        let rules = self.read::<_, Error>(recipe.into_prescriptions());
        self.prescribed(rules.unwrap_or_default())
    }

    pub(crate) fn prescribed(mut self, rules: Vec<Prescription>) -> Self {
        self.policy.recipe.extend(rules);
        self
    }
}
