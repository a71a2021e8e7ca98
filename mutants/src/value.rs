//! What a function may return instead, by its type: cargo-mutants has much the same table.

use quote::ToTokens;
use syn::{GenericArgument, PathArguments, ReturnType, Type};

/// Expressions of the type that a function returns, as far as the type's name tells one.
pub(crate) fn instead(output: &ReturnType) -> Vec<String> {
    match output {
        ReturnType::Default => vec!["()".to_owned()],
        ReturnType::Type(_, of) => values(of),
    }
}

fn values(of: &Type) -> Vec<String> {
    match of {
        Type::Paren(inner) => values(&inner.elem),
        Type::Tuple(tuple) if tuple.elems.is_empty() => vec!["()".to_owned()],
        Type::Tuple(tuple) => {
            let firsts: Option<Vec<_>> = tuple.elems.iter().map(|of| values(of).into_iter().next()).collect();
            firsts.map(|all| format!("({},)", all.join(", "))).into_iter().collect()
        }
        Type::Array(array) => {
            let length = array.len.to_token_stream();
            values(&array.elem).iter().map(|value| format!("[{value}; {length}]")).collect()
        }
        Type::Reference(reference) if reference.mutability.is_none() => match &*reference.elem {
            Type::Slice(_) => vec!["&[]".to_owned()],
            Type::Path(path) if path.path.is_ident("str") => vec!["\"\"".to_owned(), "\"xyzzy\"".to_owned()],
            _ => Vec::new(),
        },
        Type::Path(path) => path.path.segments.last().map(named).unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn named(of: &syn::PathSegment) -> Vec<String> {
    let inner = || arguments(of).next().map(values).unwrap_or_default();
    let wrapped = |wrap: &str| inner().iter().map(|value| format!("{wrap}({value})")).collect::<Vec<_>>();
    let all = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    match of.ident.to_string().as_str() {
        "bool" => all(&["true", "false"]),
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => all(&["0", "1"]),
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => all(&["0", "1", "-1"]),
        "f32" | "f64" => all(&["0.0", "1.0", "-1.0"]),
        "String" => all(&["String::new()", "String::from(\"xyzzy\")"]),
        "Option" => [all(&["None"]), wrapped("Some")].concat(),
        "Result" => wrapped("Ok"),
        "Box" | "Rc" | "Arc" => wrapped(&format!("{}::new", of.ident)),
        "Vec" => {
            [all(&["Vec::new()"]), inner().iter().map(|value| format!("vec![{value}]")).collect()].concat()
        }
        _ => all(&["Default::default()"]),
    }
}

fn arguments(of: &syn::PathSegment) -> impl Iterator<Item = &Type> {
    let arguments = match &of.arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        _ => None,
    };
    arguments.into_iter().flatten().filter_map(|argument| match argument {
        GenericArgument::Type(of) => Some(of),
        _ => None,
    })
}
