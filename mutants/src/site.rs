//! Where a source can be changed, and to what.

use std::ops::Range;

use proc_macro2::Span;
use quote::ToTokens;
use serde::{Deserialize, Serialize};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::value;

/// A place in a file and the texts that may stand there instead.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) range: Range<usize>,
    pub(crate) shape: Shape,
    pub(crate) line: usize,
    pub(crate) function: String,
    /// What is said of each change, and its text.
    pub(crate) changes: Vec<(String, String)>,
}

/// How a change is written into the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Shape {
    /// At the start of a function's body: it returns at once.
    Body,
    /// Behind a pattern: the arm no longer applies.
    Arm,
    /// Around an expression: another one.
    Expression,
}

/// All sites of a file, outer ones before what they hold.
pub(crate) fn sites(source: &str) -> syn::Result<Vec<Site>> {
    let file = syn::parse_file(source)?;
    let mut finder = Finder { source, path: Vec::new(), sites: Vec::new() };
    finder.visit_file(&file);
    let mut sites = finder.sites;
    sites.sort_by_key(|site| (site.range.start, site.shape, std::cmp::Reverse(site.range.end)));
    Ok(sites)
}

struct Finder<'a> {
    source: &'a str,
    path: Vec<String>,
    sites: Vec<Site>,
}

impl Finder<'_> {
    fn text(&self, of: &impl Spanned) -> &str {
        &self.source[of.span().byte_range()]
    }

    fn push(&mut self, range: Range<usize>, span: Span, shape: Shape, changes: Vec<(String, String)>) {
        let function = self.path.join("::");
        self.sites.push(Site { range, shape, line: span.start().line, function, changes });
    }

    fn named(&mut self, name: String, inside: impl FnOnce(&mut Self)) {
        self.path.push(name);
        inside(self);
        self.path.pop();
    }

    /// A function that is computed while it is compiled cannot ask which change is on.
    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        if signature.constness.is_some() {
            return;
        }
        self.named(signature.ident.to_string(), |this| {
            let body = this.text(block).trim_matches(['{', '}', ' ', '\n']).to_owned();
            let values = value::instead(&signature.output).into_iter().filter(|value| *value != body);
            let changes = values.map(|value| (format!("return {value}"), value)).collect::<Vec<_>>();
            let start = block.brace_token.span.open().byte_range().end;
            if !changes.is_empty() && !block.stmts.is_empty() {
                this.push(start..start, signature.ident.span(), Shape::Body, changes);
            }
            visit::visit_block(this, block);
        });
    }

    fn binary(&mut self, binary: &syn::ExprBinary) {
        let others = others(&binary.op);
        if others.is_empty() || has_let(&binary.left) || has_let(&binary.right) {
            return;
        }
        let (left, right) = (self.text(&binary.left), self.text(&binary.right));
        let sign = binary.op.to_token_stream().to_string().replace(' ', "");
        let change = |other: &&str| {
            let assigns = other.ends_with('=') && !["==", "!=", "<=", ">="].contains(other);
            let text = if assigns {
                format!("{left} {other} {right}")
            } else {
                format!("({left}) {other} ({right})")
            };
            (format!("{sign} to {other}"), text)
        };
        let changes = others.iter().map(change).collect();
        self.push(binary.span().byte_range(), binary.op.span(), Shape::Expression, changes);
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_test(&item.attrs) {
            self.function(&item.sig, &item.block);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !is_test(&item.attrs) {
            self.function(&item.sig, &item.block);
        }
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig, block);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let name = item
            .trait_
            .as_ref()
            .and_then(|(_, path, _)| path.segments.last())
            .map(|last| last.ident.to_string());
        if is_test(&item.attrs) || name.as_deref() == Some("Debug") {
            return;
        }
        let of = self.text(&item.self_ty).to_owned();
        self.named(of, |this| visit::visit_item_impl(this, item));
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        self.binary(binary);
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_unary(&mut self, unary: &'ast syn::ExprUnary) {
        if matches!(unary.op, syn::UnOp::Not(_) | syn::UnOp::Neg(_)) {
            let sign = unary.op.to_token_stream().to_string();
            let changes = vec![(format!("without {sign}"), self.text(&unary.expr).to_owned())];
            self.push(unary.span().byte_range(), unary.op.span(), Shape::Expression, changes);
        }
        visit::visit_expr_unary(self, unary);
    }

    fn visit_expr_match(&mut self, found: &'ast syn::ExprMatch) {
        let has_rest =
            found.arms.last().is_some_and(|arm| matches!(arm.pat, syn::Pat::Wild(_)) && arm.guard.is_none());
        for arm in &found.arms {
            match &arm.guard {
                Some((_, guard)) if !has_let(guard) => {
                    let changes = ["true", "false"].map(|is| (format!("guard to {is}"), is.to_owned()));
                    self.push(guard.span().byte_range(), guard.span(), Shape::Expression, changes.into());
                }
                None if has_rest && !matches!(arm.pat, syn::Pat::Wild(_)) => {
                    let end = arm.pat.span().byte_range().end;
                    let changes = vec![(format!("without the arm {}", self.text(&arm.pat)), String::new())];
                    self.push(end..end, arm.pat.span(), Shape::Arm, changes);
                }
                _ => (),
            }
        }
        visit::visit_expr_match(self, found);
    }

    // What is computed while it is compiled, and what is no expression.
    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}
    fn visit_item_static(&mut self, _: &'ast syn::ItemStatic) {}
    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}
    fn visit_trait_item_const(&mut self, _: &'ast syn::TraitItemConst) {}
    fn visit_expr_const(&mut self, _: &'ast syn::ExprConst) {}
    fn visit_variant(&mut self, _: &'ast syn::Variant) {}
    fn visit_type(&mut self, _: &'ast syn::Type) {}
    fn visit_path(&mut self, _: &'ast syn::Path) {}
    fn visit_pat(&mut self, _: &'ast syn::Pat) {}
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
    fn visit_expr_repeat(&mut self, repeat: &'ast syn::ExprRepeat) {
        self.visit_expr(&repeat.expr);
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let text = attribute.meta.to_token_stream().to_string().replace(' ', "");
        text == "test" || text == "cfg(test)"
    })
}

/// Whether a pattern is bound in it, which holds only in the condition it stands in.
fn has_let(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(binary) => has_let(&binary.left) || has_let(&binary.right),
        _ => false,
    }
}

/// The signs that may stand for one: cargo-mutants has the same table.
fn others(sign: &syn::BinOp) -> &'static [&'static str] {
    use syn::BinOp::*;
    match sign {
        Eq(_) => &["!="],
        Ne(_) => &["=="],
        Lt(_) => &["==", ">", "<="],
        Gt(_) => &["==", "<", ">="],
        Le(_) => &[">"],
        Ge(_) => &["<"],
        And(_) => &["||"],
        Or(_) => &["&&"],
        Add(_) => &["-", "*"],
        Sub(_) => &["+", "/"],
        Mul(_) => &["+", "/"],
        Div(_) => &["%", "*"],
        Rem(_) => &["/", "+"],
        Shl(_) => &[">>"],
        Shr(_) => &["<<"],
        BitAnd(_) => &["|", "^"],
        BitOr(_) => &["&", "^"],
        BitXor(_) => &["|", "&"],
        AddAssign(_) => &["-=", "*="],
        SubAssign(_) => &["+=", "/="],
        MulAssign(_) => &["+=", "/="],
        DivAssign(_) => &["%=", "*="],
        RemAssign(_) => &["/=", "+="],
        ShlAssign(_) => &[">>="],
        ShrAssign(_) => &["<<="],
        BitAndAssign(_) => &["|=", "^="],
        BitOrAssign(_) => &["&=", "^="],
        BitXorAssign(_) => &["|=", "&="],
        _ => &[],
    }
}
