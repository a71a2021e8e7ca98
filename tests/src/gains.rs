//! The activations that the suites of gains run over, with values from outside of the code under test.

use candle_init::Activation;
use candle_nn::Activation as Candle;

/// `1/√E[f(z)²]` to nine digits, from a quadrature that shares no code with the crate.
pub const GAINS: [(Activation, f64); 21] = [
    (Activation::Linear, 1.0),
    (Activation::Gelu, 1.533_530_441),
    (Activation::GeluTanh, 1.533_580_522),
    (Activation::Silu, 1.676_532_470),
    (Activation::Swiglu, 1.676_532_470),
    (Activation::Mish, 1.486_847_581),
    (Activation::Elu(1.0), 1.245_198_301),
    (Activation::Selu, 1.0),
    (Activation::Tanh, 1.592_537_420),
    (Activation::Sigmoid, 1.846_228_545),
    (Activation::HardSigmoid, 1.897_840_425),
    (Activation::Softplus, 1.041_866_836),
    (Activation::Softsign, 2.337_533_363),
    (Activation::HardSwish, 1.736_657_213),
    (Activation::Relu, std::f64::consts::SQRT_2),
    (Activation::Relu6, 1.414_213_565),
    (Activation::Relu2, 0.816_496_581),
    (Activation::Sin, 1.520_866_623),
    (Activation::QuickGelu, 1.539_458_762),
    (Activation::LeakyRelu(0.01), 1.414_142_857),
    (Activation::LeakyRelu(0.2), 1.386_750_491),
];

/// Every activation of candle's.
pub const CANDLE: [Candle; 15] = [
    Candle::Gelu,
    Candle::NewGelu,
    Candle::Relu,
    Candle::Relu2,
    Candle::Relu6,
    Candle::Silu,
    Candle::Sigmoid,
    Candle::HardSigmoid,
    Candle::Swiglu,
    Candle::Swish,
    Candle::Mish,
    Candle::HardSwish,
    Candle::Elu(1.0),
    Candle::LeakyRelu(0.01),
    Candle::GeluPytorchTanh,
];
