//! Typed access to the keys of a table, with errors that name the place.

use std::ops::Range;

use toml_edit::{Item, TableLike};

use super::error::{PatchError, Source};
use super::limits;
use super::near::suggest;

/// A table with the path that leads to it.
pub(super) struct Fields<'a> {
    source: Source<'a>,
    table: &'a dyn TableLike,
    path: String,
    place: Option<Range<usize>>,
}

impl<'a> Fields<'a> {
    /// The table in an item.
    pub(super) fn of(source: Source<'a>, item: &'a Item, path: &str) -> Result<Fields<'a>, PatchError> {
        match item.as_table_like() {
            Some(table) => Ok(Fields { source, table, path: path.to_string(), place: item.span() }),
            None => {
                let what = format!("is {}, not a table", item.type_name());
                Err(source.error(
                    item.span(),
                    path,
                    what,
                    "write it as `[[…]]` with keys below, or as `{ … }`",
                ))
            }
        }
    }

    /// Path of a key of this table.
    pub(super) fn path(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_string() } else { format!("{}.{key}", self.path) }
    }

    /// An error at a key.
    pub(super) fn error(&self, key: &str, what: impl Into<String>, fix: impl Into<String>) -> PatchError {
        let place = self.table.get(key).and_then(Item::span).or(self.place.clone());
        self.source.error(place, &self.path(key), what, fix)
    }

    pub(super) fn item(&self, key: &str) -> Option<&'a Item> {
        self.table.get(key)
    }

    /// Fails on keys that are not known.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), PatchError> {
        for (key, item) in self.table.iter() {
            if !known.contains(&key) {
                let place = self.table.get_key_value(key).and_then(|(key, _)| key.span()).or(item.span());
                let fix = suggest(key, known.iter().copied());
                return Err(self.source.error(place, &self.path(key), "is not a key of this table", fix));
            }
        }
        Ok(())
    }

    /// A text, or `None` when the key is absent.
    pub(super) fn text(&self, key: &str, longest: usize) -> Result<Option<String>, PatchError> {
        let Some(item) = self.table.get(key) else { return Ok(None) };
        let Some(text) = item.as_str() else {
            return Err(self.wrong(key, item, "a text", "put it in quotes"));
        };
        if text.chars().count() > longest {
            return Err(self.error(key, "is too long", format!("use at most {longest} characters")));
        }
        Ok(Some(text.to_string()))
    }

    /// A text that must be there.
    pub(super) fn required(&self, key: &str) -> Result<String, PatchError> {
        self.text(key, limits::NAME)?
            .ok_or_else(|| self.error(key, "is missing", format!("add `{key} = \"…\"`")))
    }

    pub(super) fn boolean(&self, key: &str) -> Result<bool, PatchError> {
        match self.table.get(key) {
            None => Ok(false),
            Some(item) => {
                item.as_bool().ok_or_else(|| self.wrong(key, item, "true or false", "write true or false"))
            }
        }
    }

    /// A finite number within f32's range.
    pub(super) fn number(&self, key: &str) -> Result<Option<f32>, PatchError> {
        let Some(item) = self.table.get(key) else { return Ok(None) };
        let number = number(item).ok_or_else(|| self.wrong(key, item, "a number", "write a number"))?;
        if number.is_finite() {
            Ok(Some(number))
        } else {
            Err(self.error(key, "is not a finite number", "write a number between -3.4e38 and 3.4e38"))
        }
    }

    /// The tables of a list, each with its path.
    pub(super) fn tables(&self, key: &str, most: usize) -> Result<Vec<Fields<'a>>, PatchError> {
        let Some(item) = self.table.get(key) else { return Ok(Vec::new()) };
        let path = |place: usize| format!("{}[{place}]", self.path(key));
        let found: Result<Vec<_>, _> = if let Some(list) = item.as_array_of_tables() {
            Ok(list.iter().map(|table| (table as &dyn TableLike, table.span())).collect())
        } else if let Some(list) = item.as_array() {
            let entries = list.iter().enumerate().map(|(place, value)| match value.as_inline_table() {
                Some(table) => Ok((table as &dyn TableLike, value.span())),
                None => {
                    let what = format!("is {}, not a table", value.type_name());
                    Err(self.source.error(value.span(), &path(place), what, "write it as `{ … }`"))
                }
            });
            entries.collect()
        } else {
            Err(self.wrong(key, item, "a list of tables", &format!("write `[[{key}]]` above each entry")))
        };
        let found = found?;
        if found.len() > most {
            return Err(self.error(
                key,
                format!("has {} entries", found.len()),
                format!("use at most {most}"),
            ));
        }
        let fields = found.into_iter().enumerate();
        Ok(fields
            .map(|(at, (table, place))| Fields { source: self.source, table, path: path(at), place })
            .collect())
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a str, &'a Item)> {
        self.table.iter()
    }

    /// A nested table, if it is there.
    pub(super) fn table(&self, key: &str) -> Result<Option<Fields<'a>>, PatchError> {
        self.table.get(key).map(|item| Fields::of(self.source, item, &self.path(key))).transpose()
    }

    fn wrong(&self, key: &str, item: &Item, wanted: &str, fix: &str) -> PatchError {
        self.error(key, format!("is {}, not {wanted}", item.type_name()), fix)
    }
}

/// A whole or broken number.
pub(super) fn number(item: &Item) -> Option<f32> {
    item.as_float().or_else(|| item.as_integer().map(|whole| whole as f64)).map(|number| number as f32)
}
