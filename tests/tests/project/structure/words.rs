//! What a file's text says of other files, read from its tokens: so that comments and strings say nothing, and the
//! bodies of macros do.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A path as it is written, `crate`, `super` and `self` included.
pub(crate) type Path = Vec<String>;

/// One name of a `use` declaration.
#[derive(Debug, PartialEq)]
pub(crate) struct Use {
    pub(crate) path: Path,
    /// What the name is here; `*` for all of a module.
    pub(crate) name: String,
    /// `pub` in any form: a re-export.
    pub(crate) public: bool,
}

/// What is read of one file. Of tests only the names of their modules are kept.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub(crate) uses: Vec<Use>,
    /// Paths of two or more segments outside `use`.
    pub(crate) paths: Vec<Path>,
    /// Identifiers outside `use`.
    pub(crate) used: BTreeSet<String>,
    /// Names of items that are defined here.
    pub(crate) defined: BTreeSet<String>,
    /// Modules that are compiled for tests only.
    pub(crate) tests: BTreeSet<String>,
}

const DEFINING: [&str; 8] = ["fn", "struct", "enum", "trait", "type", "const", "static", "union"];

impl Words {
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let mut words = Self::default();
        words.walk(&list(text.parse::<TokenStream>().map_err(|error| error.to_string())?), 0);
        Ok(words)
    }

    /// Reads tokens that stand in `depth` modules written out inside the file.
    fn walk(&mut self, tokens: &[TokenTree], depth: usize) {
        let mut at = 0;
        while at < tokens.len() {
            at = match &tokens[at..] {
                [hash, TokenTree::Group(of), ..] if is(hash, '#') && for_tests(&of.stream().to_string()) => {
                    self.skip(tokens, at + 2)
                }
                [TokenTree::Ident(word), ..] if word == "use" => self.declaration(tokens, at, depth),
                [TokenTree::Ident(word), TokenTree::Ident(_), TokenTree::Group(body), ..]
                    if word == "mod" =>
                {
                    self.walk(&list(body.stream()), depth + 1);
                    at + 3
                }
                [TokenTree::Ident(_), ..] => self.word(tokens, at, depth),
                [TokenTree::Group(group), ..] => {
                    self.walk(&list(group.stream()), depth);
                    at + 1
                }
                _ => at + 1,
            };
        }
    }

    /// Past an item that is compiled for tests only.
    fn skip(&mut self, tokens: &[TokenTree], from: usize) -> usize {
        let ends = |token: &TokenTree| match token {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            other => is(other, ';'),
        };
        let end = (from..tokens.len()).find(|&at| ends(&tokens[at])).map_or(tokens.len(), |at| at + 1);
        let modules = tokens[from..end].windows(2).filter(|pair| pair[0].to_string() == "mod");
        self.tests.extend(modules.map(|pair| pair[1].to_string()));
        end
    }

    fn declaration(&mut self, tokens: &[TokenTree], at: usize, depth: usize) -> usize {
        let end = (at..tokens.len()).find(|&end| is(&tokens[end], ';')).unwrap_or(tokens.len());
        let public = match &tokens[..at] {
            [.., TokenTree::Ident(word)] => word == "pub",
            [.., TokenTree::Ident(word), TokenTree::Group(_)] => word == "pub",
            _ => false,
        };
        let mut found = Vec::new();
        branches(&tokens[at + 1..end], &[], &mut found);
        self.uses.extend(found.into_iter().map(|(path, name)| Use {
            path: outward(path, depth),
            name,
            public,
        }));
        end + 1
    }

    /// An identifier with the path that it begins.
    fn word(&mut self, tokens: &[TokenTree], at: usize, depth: usize) -> usize {
        let mut path = vec![tokens[at].to_string()];
        let mut end = at + 1;
        while let [one, two, TokenTree::Ident(next), ..] = &tokens[end..]
            && is(one, ':')
            && is(two, ':')
        {
            path.push(next.to_string());
            end += 3;
        }
        if let [TokenTree::Ident(name), ..] = &tokens[end..]
            && DEFINING.contains(&path[0].as_str())
        {
            self.defined.insert(name.to_string());
        }
        if let [bang, TokenTree::Ident(name), ..] = &tokens[end..]
            && path[0] == "macro_rules"
            && is(bang, '!')
        {
            self.defined.insert(name.to_string());
        }
        self.used.insert(path[0].clone());
        if path.len() > 1 {
            self.paths.push(outward(path, depth));
        }
        end
    }
}

fn list(stream: TokenStream) -> Vec<TokenTree> {
    stream.into_iter().collect()
}

fn is(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

/// Whether an attribute leaves its item to tests.
fn for_tests(attribute: &str) -> bool {
    let text: String = attribute.split_whitespace().collect();
    text == "cfg(test)" || text.starts_with("cfg(all(test,")
}

/// The names that one `use` declares, each with its path.
fn branches(tokens: &[TokenTree], before: &[String], found: &mut Vec<(Path, String)>) {
    let (mut path, mut name) = (before.to_vec(), None);
    let mut rest = tokens.iter();
    while let Some(token) = rest.next() {
        match token {
            TokenTree::Ident(word) if word == "as" => name = rest.next().map(ToString::to_string),
            TokenTree::Ident(word) if word == "self" && !path.is_empty() => {}
            TokenTree::Ident(word) => path.push(word.to_string()),
            TokenTree::Group(group) => {
                let inner = list(group.stream());
                inner.split(|token| is(token, ',')).for_each(|branch| branches(branch, &path, found));
                return;
            }
            star if is(star, '*') => name = Some("*".into()),
            _ => {}
        }
    }
    if let Some(last) = path.last().cloned()
        && !tokens.is_empty()
    {
        found.push((path, name.unwrap_or(last)));
    }
}

/// The path as the file's own module would write it: `super` leads out of modules inside the file first.
fn outward(path: Path, depth: usize) -> Path {
    let supers = path.iter().take_while(|segment| *segment == "super").count();
    if depth == 0 || supers == 0 {
        return path;
    }
    let rest = path[supers.min(depth)..].to_vec();
    if supers > depth { rest } else { [vec!["self".to_string()], rest].concat() }
}
