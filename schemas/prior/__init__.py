"""The versioned diagnostic prior; `schemas.prior.current` is the version written today."""
