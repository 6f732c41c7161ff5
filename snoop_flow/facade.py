"""The workspace with its verbs: what a notebook, the command line, the web UI and the flows use.

Each verb is a function of the room that it belongs to, bound here as a method; this is the only place that knows all.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from snoop_flow import (
    annotating,
    diagnosis,
    distributing,
    enrichment,
    harvesting,
    indexing,
    pushing,
    switching,
    translating,
    videos,
    workspace,
)
from snoop_flow import jobs as running
from snoop_flow.classes import agreement as agreeing
from snoop_flow.classes import (
    auditing,
    carding,
    comparing,
    definitions,
    estimating,
    following,
    marking,
    moving,
    sharing,
    suggesting,
    teaching,
)
from snoop_flow.classes import ranking as looking
from snoop_flow.classes import rounds as past
from snoop_flow.embedding import backbones as encoders
from snoop_flow.embedding import running as embedding
from snoop_flow.entities import Job, JobState, Unit
from snoop_flow.errors import PluginError, UsageError
from snoop_flow.films import marking as marking_films
from snoop_flow.films import showing
from snoop_flow.jobs import Payload, Progress, Verb
from snoop_flow.people import accounts, keys
from snoop_flow.people import users as people
from snoop_flow.publishing import exporting, presenting, previewing
from snoop_flow.publishing import running as publishing
from snoop_flow.regions import refining, segmenting
from snoop_flow.reviewing import bands
from snoop_flow.reviewing import running as reviewing
from snoop_flow.searching import browsing
from snoop_flow.searching import running as searching

VERBS: dict[str, Verb] = {
    verb.kind: verb
    for verb in (
        harvesting.HARVEST,
        videos.VIDEOS,
        embedding.EMBED,
        segmenting.SEGMENT,
        indexing.INDEX,
        enrichment.ENRICH,
        refining.REFINE,
        publishing.PUBLISH,
        pushing.PUSH,
    )
}


class Workspace(workspace.Workspace):
    """An opened workspace with every verb; see `snoop_flow.workspace.Workspace` for what it holds.

    Example:
        >>> with Workspace.open("archive") as archive:  # doctest: +SKIP
        ...     archive.search(text="balloon").cards[0].label
    """

    harvest = videos.harvest
    retry = videos.retry
    cut_videos = videos.cut_videos
    films_to_cut = videos.films_to_cut
    films_to_retry = videos.films_to_retry
    shots = videos.shots
    analyse = harvesting.analyse
    embed = embedding.embed
    segment = segmenting.segment
    build_index = indexing.build_index
    search = searching.search
    enrich = enrichment.enrich
    refine = refining.refine
    refinable = refining.refinable
    publish = publishing.publish
    publish_plan = publishing.publish_plan
    distribution = distributing.distribution
    preview_documents = previewing.preview_documents
    preview_manifest = previewing.preview_manifest
    export = exporting.export

    collections = browsing.collections
    sources = browsing.sources
    failures = browsing.failures
    failures_by_host = browsing.failures_by_host
    due = browsing.due
    survey = browsing.survey
    find_items = browsing.find_items
    records = browsing.records
    record = browsing.record
    record_items = browsing.record_items
    record_hits = browsing.record_hits
    item = browsing.item
    locate = browsing.locate
    cards = browsing.cards
    thumbnail = browsing.thumbnail
    image_file = browsing.image_file
    archived_image = browsing.archived_image
    item_predictions = browsing.item_predictions
    item_regions = browsing.item_regions
    image_of = browsing.image_of
    image_predictions = browsing.image_predictions
    draw_region = browsing.draw_region
    film = showing.film
    film_file = showing.film_file
    mark_film = marking_films.mark_film
    abilities = browsing.abilities
    status = browsing.status
    plugins = diagnosis.workspace_plugins
    translate = translating.translate
    backbones = encoders.workspace_backbones

    add_user = people.add_user
    users = people.users
    acting = people.acting
    login_needed = accounts.login_needed
    set_password = accounts.set_password
    change_user = accounts.change_user
    who_can_log_in = accounts.who_can_log_in
    log_in = accounts.log_in
    log_out = accounts.log_out
    session_user = accounts.session_user
    preferences = accounts.preferences
    set_preferences = accounts.set_preferences
    audit_log = accounts.audit_log

    manifest = presenting.manifest
    keyframes_manifest = presenting.keyframes_manifest
    annotation = presenting.annotation
    annotation_document = presenting.annotation_document
    annotation_page = presenting.annotation_page
    annotation_list = presenting.annotation_list
    annotated_manifest = presenting.annotated_manifest
    annotated_manifest_2 = presenting.annotated_manifest_2
    annotated_collection = presenting.annotated_collection
    annotation_evidence = annotating.annotation_evidence
    container = annotating.container
    container_document = annotating.container_document
    container_page = annotating.container_page
    stream_container = annotating.stream_container
    receive_annotations = annotating.receive_annotations
    received_annotation = annotating.received_annotation
    replace_received = annotating.replace_received
    remove_received = annotating.remove_received
    search_annotations = annotating.search_annotations
    complete_annotations = annotating.complete_annotations
    change_stream = annotating.change_stream
    change_page = annotating.change_page
    image_page = annotating.image_page
    published_image = annotating.published_image
    published_classes = annotating.published_classes
    published_runs = annotating.published_runs
    first_publication = annotating.first_publication
    push = pushing.push
    push_targets = pushing.push_targets

    add_key = keys.add_key
    list_keys = keys.list_keys
    revoke_key = keys.revoke_key
    key_user = keys.key_user

    create_class = definitions.create_class
    classes = definitions.class_summaries
    class_summary = definitions.class_summary
    update_class = definitions.update_class
    class_card = carding.class_card
    editable = carding.editable
    follow_class = following.follow_class
    unfollow_class = following.unfollow_class
    followed_classes = following.followed_classes
    seen_class = following.seen_class
    archive_class = definitions.archive_class
    delete_class = definitions.delete_class
    fork_class = definitions.fork_class
    merge_class = definitions.merge_class
    move_class = moving.move_class
    move_classes = switching.move_classes
    switch_backbone = switching.switch_backbone
    export_class = sharing.export_class
    import_class = sharing.import_class
    mark = marking.mark
    undo = marking.undo
    conflicts = marking.conflicts
    marks = marking.present_marks
    mark_history = marking.mark_history
    disagreements = agreeing.disagreements
    agreement = agreeing.agreement
    fit = teaching.fit
    suggest = suggesting.suggest
    rounds = past.rounds
    undo_round = past.undo_round
    ranking = looking.ranking
    histogram = looking.histogram
    class_coverage = looking.class_coverage
    frontier = comparing.frontier
    twins = comparing.twins
    compare_versions = comparing.compare_versions
    mark_range = comparing.mark_range
    set_threshold = teaching.set_threshold
    audit_next = auditing.audit_next
    audit_answers = auditing.audit_answers
    audits = auditing.audits
    learn_audit = auditing.learn_audit
    audit_report = estimating.audit_report
    expected_hits = estimating.expected_hits
    expected_cost = enrichment.expected_cost

    predictions = reviewing.predicted
    band_reports = bands.band_reports
    band_sample = bands.band_sample
    accept_band = bands.accept_band
    bands = reviewing.bands
    review = reviewing.review

    job = running.get
    cancel_job = running.cancel_job
    pause_job = running.pause_job
    fail_job = running.fail_job

    def jobs(self, limit: int = 50) -> list[Job]:
        """The newest jobs first."""
        return running.latest(self, limit)

    def start_job(self, kind: str, parameters: Payload, user: str | None = None) -> Job:
        """Queue a job; a plugin such as Prefect takes it, else it runs in a thread of this process.

        Args:
            kind: a verb, such as harvest, embed, index, enrich, publish or push.
            parameters: the verb's arguments; those left out have its defaults.

        Raises:
            UsageError: no such verb.
        """
        _verb(kind)
        for name in parameters.get("names") or ():
            definitions.find_class(self, name)
        job = running.create(self, kind, {**_DEFAULTS[kind], **parameters}, user)
        self._launch(job)
        return self.job(job.id)

    def start_videos(self, collection: str | None = None, retry: Payload | None = None) -> Job | None:
        """Queue the cutting of films that a harvest met, unless that is under way; None where there is nothing to cut.

        Args:
            collection: slug of the only collection to look at.
            retry: instead, those that failed and may be tried again: at a `host`, or also `early`.
        """
        try:
            lacking = self.films_to_cut(collection) if retry is None else self.films_to_retry(**retry)
        except PluginError:
            lacking = 1  # the job tells why nothing can cut them
        if not lacking:
            return None
        parameters = {**_DEFAULTS[videos.VIDEOS.kind], "collection": collection}
        parameters |= {} if retry is None else {"retry": dict(retry)}
        job, new = running.create_once(self, videos.VIDEOS.kind, parameters)
        if new:
            self._launch(job)
        return self.job(job.id)

    def resume_job(self, job_id: str) -> Job:
        """Take up a paused job where it was left, as `start_job` does; any other is returned as it is."""
        job = self.job(job_id)
        if job.state is JobState.PAUSED:
            self._launch(running.unpause_job(self, job_id))
        return self.job(job_id)

    def resume_jobs(self) -> int:
        """Take up again what a stopped server left; returns how many jobs."""
        left = running.abandoned(self)
        for job in left:
            self._launch(job)
        return len(left)

    def _launch(self, job: Job) -> None:
        taken = self.host.launch(job, self.folder)
        if taken is not None:
            running.note_flow_run(self, job.id, str(taken.get("flow_run", "")))
            return
        with self._lock:
            if self._runner is None:
                self._runner = ThreadPoolExecutor(1, "snoop-jobs")
            self._runner.submit(self._run_quietly, job.id)

    def _run_quietly(self, job_id: str) -> None:
        try:
            self._follow(self.run_job(job_id))
        except Exception:  # noqa: BLE001 - the job keeps its error, and is shown with it
            running.log.debug("job %s", job_id, exc_info=True)

    def _follow(self, job: Job) -> None:
        """Cut the films that a harvest met, or those that are to be tried again."""
        if job.kind == harvesting.HARVEST.kind and job.state is JobState.DONE and not self.closing:
            self.start_videos(job.report.get("collection") or None, job.parameters.get("retry"))

    def run_job(self, job_id: str, progress: Progress | None = None) -> Job:
        """Do all open units of a job here and finish it; what was done already is not done again."""
        return running.run_job(self, _verb(self.job(job_id).kind), job_id, progress)

    def plan_job(self, job_id: str) -> list[Unit]:
        """Claim a job, plan it unless that was done, and give its open units."""
        return running.plan_job(self, _verb(self.job(job_id).kind), job_id)

    def do_unit(self, unit: Unit) -> dict[str, Any]:
        """Do one unit and keep that it is done; empty where it was left, since the job was stopped meanwhile."""
        return dict(running.do_unit(self, _verb(unit.kind), unit) or {})

    def finish_job(self, job_id: str) -> Job:
        """Close a job whose units are all done."""
        return running.finish_job(self, _verb(self.job(job_id).kind), job_id)

    _runner: ThreadPoolExecutor | None = None

    def close(self) -> None:
        """Let a job in this process stop after its present unit, then let go of everything."""
        self.closing = True
        if self._runner is not None:
            self._runner.shutdown(wait=True, cancel_futures=True)
            self._runner = None
        super().close()


_DEFAULTS: dict[str, Payload] = {
    "harvest": {"locations": [], "collection": None, "source": None, "limit": None, "allow_hosts": []},
    "harvest_videos": {"collection": None, "segmenter": None, "keyframes": None, "every": None},
    "embed": {"collection": None, "backbone": None, "device": None},
    "segment": {
        "collection": None,
        "segmenter": segmenting.DEFAULT,
        "backbone": None,
        "per_image": None,
        "by": None,
        "device": None,
    },
    "index": {"type": None, "backbone": None, "regions": False},
    "enrich": {"collection": None, "threshold": None, "floor": None, "most": None, "everything": False},
    "refine": {"device": "cpu"},
    "publish": {"policy": "accepted"},
    "push": {"kind": "", "classes": None, "allow_hosts": []},
}


def _verb(kind: str) -> Verb:
    if kind not in VERBS:
        raise UsageError(f"unknown kind of job {kind!r}; known are {', '.join(VERBS)}")
    return VERBS[kind]
