//! A model as Rust source.

use core::fmt::Write as _;

use crate::fixed::Fixed;
use crate::model::{Made, Model};
use crate::number::Scalar;
use crate::structure::Shape;

/// A Rust file with one model.
pub struct Source {
    /// The name of the file from which it comes.
    pub file: String,
    /// Of the static, in capitals.
    pub name: String,
    pub model: Model,
    /// What follows on "from FILE: ".
    pub origin: String,
    pub notes: Vec<String>,
    /// The model in integers, if that is to be written in its place.
    pub fixed: Option<Fixed>,
}

impl Source {
    pub fn new(file: String, name: String, Made { model, origin, notes }: Made) -> Self {
        Self { file, name, model, origin, notes, fixed: None }
    }

    /// The same with a model in integers in its place, and a note of its bound.
    pub fn with_fixed(mut self, fixed: Option<Fixed>) -> Self {
        if let Some(fixed) = &fixed {
            self.notes.push(format!(
                "scores in integers are within {:.4}·(1 + |ln p|/30) nat of ln p, where |ln p| ≤ 300",
                fixed.bound
            ));
        }
        self.fixed = fixed;
        self
    }

    /// The file. Its numbers read back as the bits they are.
    pub fn text(&self) -> String {
        match &self.fixed {
            None => [self.header(), self.item(), self.tests()].join("\n"),
            Some(fixed) => [self.header(), fixed.item(&self.name), fixed.tests(&self.name)].join("\n"),
        }
    }

    fn header(&self) -> String {
        let mut text = String::new();
        let file = self.file.escape_debug();
        let _ = writeln!(text, "// Written by gaussmix-export from {file}:\n// {}.", self.origin);
        for note in &self.notes {
            let _ = writeln!(text, "// Note: {note}.");
        }
        text + "// Use: `include!` this file, or declare it as a module.\n"
    }

    fn item(&self) -> String {
        let Self { name, model, .. } = self;
        let (d, k) = (model.features(), model.components());
        let (shape, scalar) = (model.structure.name(), model.scalar.name());
        let gmm = model.type_name();
        let constants = [
            line(&model.weights, model.scalar),
            line(&model.offsets, model.scalar),
            block(model.means.iter().map(|mean| line(mean, model.scalar)), 1),
            block(model.factors.iter().map(|factor| model.matrix(factor)), 1),
        ];
        format!(
            "/// {k} components over {d} features, covariances `{shape}`, scalar `{scalar}`.\n\
             // A fitted number may happen to look like π.\n\
             #[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]\n\
             #[rustfmt::skip]\n\
             pub static {name}: {gmm} = gaussmix::Gmm::from_parts(\n    // weights, offsets, means, factors\n    {},\n);\n",
            constants.join(",\n    ")
        )
    }

    fn tests(&self) -> String {
        let Self { name, model, .. } = self;
        let module = name.to_lowercase();
        let (d, k, matrices) = (model.features(), model.components(), model.factors.len());
        let bytes = model.bytes();
        format!(
            "#[cfg(test)]
mod {module}_test {{
    use super::{name};

    #[test]
    fn has_its_lengths() {{
        assert_eq!({name}.weights().len(), {k});
        assert_eq!({name}.offsets().len(), {k});
        assert_eq!({name}.means().len(), {k});
        assert!({name}.means().iter().all(|mean| mean.len() == {d}));
        assert_eq!({name}.factors().len(), {matrices});
        assert_eq!(size_of_val(&{name}), {bytes});
    }}

    #[test]
    fn is_valid() {{
        assert_eq!({name}.validate(), Ok(()));
    }}
}}
"
        )
    }
}

impl Fixed {
    fn item(&self, name: &str) -> String {
        let (d, k) = (self.features, self.offsets.len());
        let width = self.factors[0].len() / d;
        let components = (0..k).map(|k| {
            let rows: Vec<String> = self.factors[k].chunks(width).map(|row| format!("{row:?}")).collect();
            format!(
                "gaussmix::fixed::FixedComponent {{ offset: {}, constants: {:?}, factors: [{}], shifts: {:?} }}",
                self.offsets[k],
                self.constants[k],
                rows.join(", "),
                self.shifts[k]
            )
        });
        let fixed = format!("gaussmix::fixed::FixedGmm<{d}, {k}, {width}>");
        format!(
            "/// {k} components over {d} features in integers, {width} factors a row.\n\
             #[allow(clippy::unreadable_literal, unreachable_pub)]\n\
             #[rustfmt::skip]\n\
             pub static {name}: {fixed} = match gaussmix::fixed::FixedGmm::from_parts({}) {{\n    \
             Ok(model) => model,\n    Err(_) => panic!(\"a number is out of range\"), // while compiling\n}};\n",
            block(components, 0)
        )
    }

    fn tests(&self, name: &str) -> String {
        let (module, bytes, d) = (name.to_lowercase(), self.bytes(), self.features);
        format!(
            "#[cfg(test)]
mod {module}_test {{
    use super::{name};

    #[test]
    fn has_its_size_and_scores_every_reading() {{
        assert_eq!(size_of_val(&{name}), {bytes});
        for end in [i16::MIN, 0, i16::MAX] {{
            assert!({name}.log_density(&[end; {d}]) >= gaussmix::fixed::from_nats(-18432.0));
        }}
    }}
}}
"
        )
    }
}

impl Scalar {
    /// The shortest literal that reads back as the same bits.
    pub fn literal(self, number: f64) -> String {
        match self {
            // Of the two infinities a model holds one: the offset of a dead component.
            _ if number == f64::NEG_INFINITY => format!("{}::NEG_INFINITY", self.name()),
            Self::F32 => format!("{:?}", number as f32),
            Self::F64 => format!("{number:?}"),
        }
    }
}

impl Model {
    fn type_name(&self) -> String {
        let (scalar, d, k) = (self.scalar.name(), self.features(), self.components());
        match self.structure.type_name() {
            None => format!("gaussmix::Gmm<{scalar}, {d}, {k}>"),
            Some(structure) => format!("gaussmix::Gmm<{scalar}, {d}, {k}, {structure}>"),
        }
    }

    /// An expression for one factor. nalgebra's storage is an array of columns, and constant.
    fn matrix(&self, numbers: &[f64]) -> String {
        let (matrix, columns) = match self.structure.shape() {
            Shape::Spherical => {
                return format!(
                    "gaussmix::covariance::Factor(gaussmix::covariance::Variance({}))",
                    self.scalar.literal(numbers[0])
                );
            }
            Shape::Diagonal => ("SVector", format!("[{}]", line(numbers, self.scalar))),
            Shape::Full => {
                let columns = numbers.chunks(self.features()).map(|column| line(column, self.scalar));
                ("SMatrix", block(columns, 2))
            }
        };
        format!(
            "gaussmix::covariance::Factor(gaussmix::nalgebra::{matrix}::from_array_storage(gaussmix::nalgebra::ArrayStorage({columns})))"
        )
    }
}

fn line(numbers: &[f64], scalar: Scalar) -> String {
    let literals: Vec<String> = numbers.iter().map(|v| scalar.literal(*v)).collect();
    format!("[{}]", literals.join(", "))
}

/// An array of expressions, one a line, that ends at `depth`.
fn block(expressions: impl Iterator<Item = String>, depth: usize) -> String {
    let end = "    ".repeat(depth);
    let mut text = String::from("[\n");
    for expression in expressions {
        let _ = writeln!(text, "{end}    {expression},");
    }
    text + &end + "]"
}
