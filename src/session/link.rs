//! The versioned link. STUB.
