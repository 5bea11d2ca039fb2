"""The workbench as one HTML page that needs no network: claims, proofs, theory curves, figures, provenance."""
