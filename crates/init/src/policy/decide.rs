//! Which rule does this parameter get, and why: one pure function of the request and what the user said.

use std::borrow::Cow;
use std::sync::Arc;

use candle_nn::Init as Hint;

use crate::error::{Error, Result};
use crate::initializers::Init;
use crate::layer::Layer;
use crate::policy::advice;
use crate::policy::existence::Existence;
use crate::policy::framework::{Asked, Framework};
use crate::policy::loading::Loading;
use crate::policy::pattern::Pattern;
use crate::policy::prescription::{Prescribed, Prescription};
use crate::policy::reason::Reason;
use crate::policy::recurrent::{applies, gates_unknown};
use crate::policy::request::{Request, Shapes};
use crate::policy::role::{Role, is_running_statistic};
use crate::policy::usage::check_used;
use crate::rule::Rule;

/// What was decided for one parameter.
#[derive(Clone, Debug)]
pub(crate) struct Decision {
    pub(crate) rule: Rule,
    pub(crate) layer: Layer,
    pub(crate) reason: Reason,
}

/// Rules, defaults and strictness: everything an initializer decides by.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) seed: u64,
    pub(crate) rules: Vec<(Pattern, Rule)>,
    pub(crate) layers: Vec<(Pattern, Layer)>,
    pub(crate) recipe: Vec<Prescription>,
    pub(crate) weights: Option<Rule>,
    pub(crate) framework: Option<Framework>,
    pub(crate) lenient: bool,
    pub(crate) existence: Existence,
    pub(crate) loading: Loading,
    /// What an optimizer shall not get.
    pub(crate) frozen: Vec<(Pattern, ())>,
    /// The path under which the model draws its values.
    pub(crate) scope: Option<String>,
    /// The names and shapes of the model, if it has been planned.
    pub(crate) model: Option<Arc<Shapes>>,
}

impl Policy {
    /// Without rules.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            rules: Vec::new(),
            layers: Vec::new(),
            recipe: Vec::new(),
            weights: None,
            framework: None,
            lenient: false,
            existence: Existence::default(),
            loading: Loading::default(),
            frozen: Vec::new(),
            scope: None,
            model: None,
        }
    }

    /// The rule for one parameter.
    ///
    /// In this order: running statistics start where their layer says; the first matching rule; the first of the
    /// recipe; for weights the default; the framework's defaults; the layer's hint, which is also a bias's zero. The rest is
    /// uncovered.
    pub(crate) fn decide(&self, request: &Request<'_>) -> Result<Decision> {
        self.informed(request, self.decided(request)?)
    }

    /// The same, of which a rule may still need to know another parameter.
    pub(super) fn decided(&self, request: &Request<'_>) -> Result<Decision> {
        let (role, stated) = (self.role(request), self.stated(request.name));
        let (rule, reason) = self.chosen(request, &role, stated)?;
        if let (Role::Recurrent(_, None), None, None) = (&role, stated, rule.layer) {
            sure_of_gates(request, &rule)?;
        }
        let layer = rule.layer.or(stated).unwrap_or_else(|| role.layer(request));
        Ok(Decision { rule, layer, reason })
    }

    /// The rule for a parameter that no checkpoint has. Where one is loaded, a layer's hint is not enough: what is new has to
    /// be named, so that a misspelt prefix does not pass for a new model.
    pub(crate) fn decide_new(&self, request: &Request<'_>) -> Result<Decision> {
        let decided = self.decide(request);
        if self.loading.checkpoints.is_empty() || self.lenient {
            return decided;
        }
        match decided {
            Ok(Decision { reason: Reason::Hint | Reason::Framework(_), .. })
            | Err(Error::Uncovered { .. }) => {
                Err(Error::NotLoaded { parameters: vec![advice::uncovered(request.name, request.shape)] })
            }
            other => other,
        }
    }

    fn chosen(&self, request: &Request<'_>, role: &Role, stated: Option<Layer>) -> Result<(Rule, Reason)> {
        let hinted = |reason| Ok((Init::from(request.hint).into(), reason));
        if *role == Role::Statistic {
            return hinted(Reason::RunningStatistic);
        }
        if let Some((pattern, rule)) = self.rules.iter().find(|(pattern, _)| pattern.matches(request.name)) {
            return Ok((rule.clone(), Reason::Rule { pattern: pattern.text.clone() }));
        }
        if let Some(prescribed) = self.prescribed(request, role, stated)? {
            return Ok(prescribed);
        }
        let weight = request.shape.rank() > 1 && role.is_weight();
        if let Some(rule) = self.weights.as_ref().filter(|_| weight) {
            return Ok((rule.clone(), Reason::Weights));
        }
        if let Some(framework) = self.framework
            && let Some(rule) = default(framework, request, role, stated)?
        {
            return Ok((rule, Reason::Framework(framework)));
        }
        // Without a default for weights, a `weight` that nothing hinted at is as uncovered as any other.
        match role {
            Role::Weight | Role::Unknown if matches!(request.hint, Hint::Const(0.0)) => match self.lenient {
                true => hinted(Reason::Uncovered),
                false => {
                    Err(Error::Uncovered { parameters: vec![advice::uncovered(request.name, request.shape)] })
                }
            },
            _ => hinted(Reason::Hint),
        }
    }

    /// The role, with the gates that were stated.
    fn role(&self, request: &Request<'_>) -> Role {
        match (Role::of(request), self.stated(request.name)) {
            (Role::Recurrent(parameter, _), Some(Layer::Gates { gates })) => {
                Role::Recurrent(parameter, Some(gates))
            }
            (role, _) => role,
        }
    }

    /// The layer kind that was stated for a name.
    fn stated(&self, name: &str) -> Option<Layer> {
        let mut stated =
            self.layers.iter().filter(|(pattern, layer)| applies(*layer, name) && pattern.matches(name));
        stated.next().map(|(_, layer)| *layer)
    }

    /// What the first matching rule of the recipe says: nothing where it leaves a parameter to a framework that leaves it
    /// to its hint.
    fn prescribed(
        &self,
        request: &Request<'_>,
        role: &Role,
        stated: Option<Layer>,
    ) -> Result<Option<(Rule, Reason)>> {
        let Some(found) = self.recipe.iter().find(|entry| entry.pattern.matches(request.name)) else {
            return Ok(None);
        };
        let rule = match &found.gives {
            Prescribed::Rule(rule) => Some(rule.clone()),
            Prescribed::Defaults(framework) => default(*framework, request, role, stated)?,
        };
        Ok(rule.map(|rule| (rule, found.reason())))
    }

    /// The decision, if it is the one that was made before for the same parameter.
    ///
    /// # Errors
    /// [`Error::Ambiguous`]: two layers ask for one parameter, each with a hint of its own.
    pub(crate) fn agrees(&self, request: &Request<'_>, rule: &Rule, layer: Layer) -> Result<()> {
        // What cannot be decided changes nothing that exists, and the lenient take candle's way: whoever comes first.
        let Some(again) = self.decide(request).ok().filter(|_| !self.lenient) else { return Ok(()) };
        if again.rule == *rule && (again.layer == layer || !rule.depends_on_layer()) {
            return Ok(());
        }
        let text =
            |rule: &Rule, layer| if rule.layer.is_none() { rule.clone().on(layer) } else { rule.clone() };
        let [first, second] = match again.rule == *rule {
            true => [text(rule, layer), text(&again.rule, again.layer)],
            false => [rule.clone(), again.rule],
        };
        let (first, second) = (first.to_string(), second.to_string());
        Err(Error::Ambiguous { parameter: request.name.into(), first, second })
    }

    /// That every rule decides for at least one of `names`, and every statement of a layer kind too.
    pub(crate) fn check_rules(&self, names: &[&str]) -> Result<()> {
        let learnt: Vec<_> = names.iter().copied().filter(|name| !is_running_statistic(name)).collect();
        check_used("rule", self.rules.iter(), &learnt, |_, _| true)?;
        check_used("layer", self.layers.iter(), &learnt, |layer, name| applies(*layer, name))?;
        check_used("frozen", self.frozen.iter(), names, |(), _| true)?;
        check_used("grow", self.loading.grown.iter(), names, |_, _| true)?;
        check_used("shape", self.existence.shapes.iter(), names, |_, _| true)
    }

    /// The name whose stream a parameter is drawn from.
    pub(crate) fn stream_name<'a>(&self, name: &'a str) -> Cow<'a, str> {
        match &self.scope {
            Some(scope) => format!("{scope}.{name}").into(),
            None => name.into(),
        }
    }

    /// Whether an optimizer shall leave a parameter as it is.
    pub(crate) fn is_frozen(&self, name: &str) -> bool {
        self.frozen.iter().any(|(pattern, ())| pattern.matches(name))
    }
}

/// The rule of a framework for a parameter that it does not leave to its hint.
fn default(
    framework: Framework,
    request: &Request<'_>,
    role: &Role,
    stated: Option<Layer>,
) -> Result<Option<Rule>> {
    let layer = stated.unwrap_or_else(|| role.layer(request));
    framework.rule(&Asked { role, shape: request.shape, hint: request.hint, layer, stated: stated.is_some() })
}

/// That a rule gives the same whether the weight stacks three gates or four.
fn sure_of_gates(request: &Request<'_>, rule: &Rule) -> Result<()> {
    if request.shape.rank() > 1 && rule.depends_on_outputs() {
        return Err(Error::Unresolved { what: rule.to_string(), required: gates_unknown(request.shape) });
    }
    Ok(())
}
