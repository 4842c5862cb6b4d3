"""The learned matcher: an encoder, features and rankers fitted to past codings, in numpy and LightGBM."""
