"""Why a treatment may not be working: each published reason, against the facts."""
