//! Reads the parameters of a query: all are texts, and some are to be numbers or booleans.

use super::fault::{Fault, Step};
use serde::{
    Deserializer,
    de::{DeserializeSeed, Error as _, MapAccess, Visitor, value::BorrowedStrDeserializer},
    forward_to_deserialize_any,
};
use std::{borrow::Cow, slice};

/// The parameters, in their order.
pub(super) struct Parameters<'de>(pub(super) &'de [(Cow<'de, str>, Cow<'de, str>)]);

impl<'de> Deserializer<'de> for Parameters<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_map(Pairs { rest: self.0.iter(), next: None })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Pairs<'de> {
    rest: slice::Iter<'de, (Cow<'de, str>, Cow<'de, str>)>,
    /// Of which the name was read, and the value was not.
    next: Option<&'de (Cow<'de, str>, Cow<'de, str>)>,
}

impl<'de> MapAccess<'de> for Pairs<'de> {
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
        seed.deserialize(Text(value)).map_err(|fault| fault.within(Step::Field(name.clone().into_owned())))
    }
}

/// The value of a parameter.
#[derive(Clone, Copy)]
struct Text<'de>(&'de str);

impl<'de> Text<'de> {
    fn wrong(self, expected: &str) -> Fault {
        Fault::wrong_type(expected, self.quoted())
    }

    fn quoted(self) -> String {
        format!("\"{}\"", self.0)
    }

    fn whole<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let no_number = || self.wrong("a whole number");
        let read = match (self.0.parse::<i64>(), self.0.parse::<u64>()) {
            (Ok(number), _) => visitor.visit_i64(number),
            (Err(_), Ok(number)) => visitor.visit_u64(number),
            (Err(_), Err(_)) => return Err(no_number()),
        };
        // One that does not fit.
        read.map_err(|_: Fault| no_number())
    }

    fn float<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0.parse::<f64>() {
            Ok(number) => visitor.visit_f64(number),
            Err(_) => Err(self.wrong("a number")),
        }
    }
}

impl<'de> Deserializer<'de> for Text<'de> {
    type Error = Fault;

    number_methods!();

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let read = visitor.visit_borrowed_str(self.0);
        read.map_err(|fault: Fault| fault.of::<V::Value>(self.quoted()))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => Err(self.wrong("true or false")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        BorrowedStrDeserializer::new(self.0).deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
