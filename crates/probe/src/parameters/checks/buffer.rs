//! What stands beside weights in a map or a file and is none: statistics, masks, and what an optimizer keeps.

use crate::statistics::moments::Moments;

/// What PyTorch's optimizers call what they keep of a parameter (`torch.optim`, `state_dict`).
const KEPT: [&str; 7] =
    ["exp_avg", "exp_avg_sq", "max_exp_avg_sq", "momentum_buffer", "square_avg", "grad_avg", "acc_delta"];

/// Whether a tensor is what an optimizer keeps: zeros are where it starts.
pub(crate) fn is_kept(name: &str) -> bool {
    name.split(['.', '/']).any(|part| KEPT.contains(&part))
}

/// Whether values are those of an attention mask: −∞ where nothing is looked at, 0 elsewhere.
pub(crate) fn is_mask(moments: &Moments) -> bool {
    let rest = moments.finite();
    moments.nan == 0 && moments.infinite > 0 && (rest == 0 || (moments.min == 0.0 && moments.max == 0.0))
}

/// Whether a variable is a running statistic of a batch norm's, as candle names them: no weight, and moved by any pass.
pub(crate) fn is_statistic(name: &str) -> bool {
    name.ends_with("running_mean") || name.ends_with("running_var")
}
