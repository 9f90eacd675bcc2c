//! Every tolerance of the suite, with its reason. Nothing is compared with a number that does not stand here.
