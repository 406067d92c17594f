//! The suite over the backends of Retort.
use sqlx as _;
