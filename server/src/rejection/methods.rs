//! Methods that the deserializers of a body and of a query share, and of which each only says what they do.

/// Methods of a deserializer that do as another of its own does.
macro_rules! methods {
    ($($method:ident => $does:ident;)*) => { $(
        fn $method<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, $crate::rejection::fault::Fault> {
            self.$does(visitor)
        }
    )* };
}

/// Those of numbers, which do as `whole` and `float`.
macro_rules! number_methods {
    () => {
        methods! {
            deserialize_i8 => whole;
            deserialize_i16 => whole;
            deserialize_i32 => whole;
            deserialize_i64 => whole;
            deserialize_i128 => whole;
            deserialize_u8 => whole;
            deserialize_u16 => whole;
            deserialize_u32 => whole;
            deserialize_u64 => whole;
            deserialize_u128 => whole;
            deserialize_f32 => float;
            deserialize_f64 => float;
        }
    };
}
