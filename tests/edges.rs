//! What is refused, and that refusing changes nothing; what hostile data may do, and that it is never a panic or a
//! NaN.

mod hostile;
mod refusals;
