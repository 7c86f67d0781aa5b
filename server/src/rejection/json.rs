//! Reads parsed JSON once more, where serde_json could not make of it what a call takes: each value knows what is asked of
//! it, and each fault where it is.

use super::fault::{Fault, Step};
use serde::{
    Deserializer,
    de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor, value::BorrowedStrDeserializer},
};
use serde_json::{Number, Value};
use std::{any::type_name, iter::Enumerate, slice};

/// A value to be read.
#[derive(Clone, Copy)]
pub(super) struct Json<'de>(pub(super) &'de Value);

/// A value as a message names it.
fn described(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => format!("the boolean {flag}"),
        Value::Number(number) if number.is_i64() || number.is_u64() => format!("the integer {number}"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => format!("the string \"{text}\""),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

impl<'de> Json<'de> {
    fn wrong<T>(self, expected: &str) -> Result<T, Fault> {
        Err(Fault::wrong_type(expected, described(self.0)))
    }

    /// A whole number; the visitor may still find it too large.
    fn whole<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        const WHOLE: &str = "a whole number";
        let Value::Number(number) = self.0 else { return self.wrong(WHOLE) };
        let read = match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => visitor.visit_i64(number),
            (None, Some(number)) => visitor.visit_u64(number),
            (None, None) => return self.wrong(WHOLE),
        };
        read.map_err(|fault: Fault| fault.expecting(WHOLE))
    }

    fn float<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0.as_f64() {
            Some(number) => visitor.visit_f64(number),
            None => self.wrong("a number"),
        }
    }

    fn text<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Value::String(text) => visitor
                .visit_borrowed_str(text)
                .map_err(|fault: Fault| fault.of::<V::Value>(described(self.0))),
            _ => Err(Fault::refused(&visitor, described(self.0))),
        }
    }

    fn array<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Value::Array(values) => visitor.visit_seq(Items(values.iter().enumerate())),
            _ => self.wrong("an array"),
        }
    }

    fn object<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Value::Object(fields) => visitor.visit_map(Fields { rest: fields.iter(), next: None }),
            _ => self.wrong("an object"),
        }
    }
}

impl<'de> Deserializer<'de> for Json<'de> {
    type Error = Fault;

    number_methods!();
    methods! {
        deserialize_char => text;
        deserialize_str => text;
        deserialize_string => text;
        deserialize_identifier => text;
        deserialize_seq => array;
        deserialize_map => object;
        deserialize_bytes => deserialize_any;
        deserialize_byte_buf => deserialize_any;
        deserialize_unit => deserialize_any;
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let read = match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(flag) => visitor.visit_bool(*flag),
            Value::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(number), _) => visitor.visit_i64(number),
                (None, Some(number)) => visitor.visit_u64(number),
                // Every digit of it is kept, in a way that the library has for itself.
                (None, None) => number
                    .deserialize_any(visitor)
                    .map_err(|_| Fault::custom(format!("must not be {}", described(self.0)))),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(_) => self.array(visitor),
            // Of an object, the library would ask for a field of its own.
            Value::Object(_) if type_name::<V::Value>() == type_name::<Number>() => {
                return self.wrong("a number");
            }
            Value::Object(_) => self.object(visitor),
        };
        read.map_err(|fault: Fault| fault.of::<V::Value>(described(self.0)))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Value::Bool(flag) => visitor.visit_bool(*flag),
            _ => self.wrong("a boolean"),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.array(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.array(visitor)
    }

    // serde also reads a struct from an array of its fields; nobody means that.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.object(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.0 {
            Value::String(text) => {
                BorrowedStrDeserializer::new(text).deserialize_enum(name, variants, visitor)
            }
            _ => self.wrong("a string"),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }
}

/// The values of an array.
struct Items<'de>(Enumerate<slice::Iter<'de, Value>>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some((index, value)) = self.0.next() else { return Ok(None) };
        seed.deserialize(Json(value)).map(Some).map_err(|fault| fault.within(Step::Index(index)))
    }
}

/// The fields of an object.
struct Fields<'de> {
    rest: serde_json::map::Iter<'de>,
    /// Of which the name was read, and the value was not.
    next: Option<(&'de String, &'de Value)>,
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        self.next = self.rest.next();
        let Some((name, _)) = self.next else { return Ok(None) };
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        let Some((name, value)) = self.next.take() else {
            return Err(Fault::custom("has a value without a name"));
        };
        seed.deserialize(Json(value)).map_err(|fault| fault.within(Step::Field(name.clone())))
    }
}
