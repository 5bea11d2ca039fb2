"""The claims of the theory, and the certificates that prove or refute them.

Every module holds one idea and is imported by name; nothing is imported here, so that `import proofs` stays
light.
"""
