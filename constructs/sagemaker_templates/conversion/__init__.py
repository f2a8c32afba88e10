"""From manifests of Seed-Farmer to environment and project files: ``sagemaker-templates convert``.

manifests ──▶ values ──▶ homes ──▶ mapping ──▶ documents ──▶ checking (our own loader) ──▶ writing
                                      └──▶ record ──▶ report
"""
